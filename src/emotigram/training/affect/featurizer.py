"""From examples to the affect network's inputs: photo features, and what the judges of text say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from emotigram.inference.ngrams import hashes
from emotigram.training.affect.data import AffectExample, features_of
from emotigram.training.affect.words import fit_judges, judge_tasks
from emotigram.training.text_judges import learn_ngrams, tfidf_rows

_MOST_NGRAMS = 130_000
_FEWEST_TEXTS = 3  # that an n-gram must stand in


@dataclass(frozen=True, slots=True)
class AffectBatch:
    """Examples as tensors, row for row; ``words`` (n, k) is what the judges of text say, 0 without a text."""

    words: Tensor
    has_text: Tensor
    photos: Tensor


class Featurizer:
    """Learns n-grams and judges of text from examples, and turns examples into batches.

    ``features`` (photos, d) are those of the photos that examples name. Texts of training are judged out of fold.
    """

    def __init__(self, data: Sequence[AffectExample], features: NDArray[np.float32], seed: int = 0) -> None:
        self.features = features
        self.sources = sorted({e.source for e in data})
        with_text = list({(e.source, e.text): e for e in data if e.text}.values())
        train = [e for e in with_text if e.split == "train"]
        others = [e for e in with_text if e.split != "train"]
        hashed = {text: hashes(text) for text in tqdm({e.text for e in with_text}, desc="n-grams", mininterval=10)}
        self.known, self.rarity = learn_ngrams([hashed[e.text] for e in train], _FEWEST_TEXTS, _MOST_NGRAMS)
        seen, unseen = (
            tfidf_rows([self.known.numbers(hashed[e.text]) for e in part], self.rarity) for part in (train, others)
        )
        self.judges, judged = fit_judges(seen, train, self.sources, seed)
        self.judge_widths = {task.name: task.width for task in judge_tasks(train, self.sources, seed)}
        self._words = np.concatenate([judged, unseen @ self.judges, np.zeros((1, judged.shape[1]))]).astype(np.float32)
        self._places = {(e.source, e.text): place for place, e in enumerate([*train, *others])}

    def batch(self, picked: Sequence[AffectExample]) -> AffectBatch:
        """Examples as tensors."""
        places = [self._places[e.source, e.text] if e.text else -1 for e in picked]
        return AffectBatch(
            torch.from_numpy(self._words[places]),
            torch.tensor([[float(place >= 0)] for place in places]),
            torch.from_numpy(features_of(picked, self.features)),
        )
