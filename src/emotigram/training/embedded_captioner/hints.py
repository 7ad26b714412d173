"""Hints: what the encoder says of a photo in words, its tags and the commonest words of captions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS
from torch import Tensor
from torch.nn import functional as F

from emotigram.training.embedded_captioner.caption_texts import Texts

MOST_WORDS = 500
_FEWEST_PHOTOS = 30
_SURE_FROM_CAPTIONS = 2  # of five captions: one mention alone is often a guess
_UNKNOWN_WEIGHT = 0.05  # of a word that the only caption does not have: it may be there all the same


@dataclass(frozen=True, slots=True)
class Hints:
    """Targets and weights of shape (photos, tags + words), in [0, 1], tags first."""

    targets: NDArray[np.float16]
    weights: NDArray[np.float16]
    tags: int

    def loss(self, logits: Tensor, picked: NDArray[np.int64]) -> Tensor:
        """Weighted cross-entropy summed over the hints that count for about as much as one caption's words."""
        wanted = torch.from_numpy(self.targets[picked].astype(np.float32))
        weighed = torch.from_numpy(self.weights[picked].astype(np.float32))
        each = F.binary_cross_entropy_with_logits(logits, wanted, weighed, reduction="none").mean(0)
        return 3 * each[: self.tags].mean() + 3 * each[self.tags :].mean()


def hint_words(texts: Sequence[Texts]) -> list[str]:
    """The English words that most photos' captions share, without function words; for training photos only."""
    photos = Counter(word for row in texts for word in _counted(row) if word not in ENGLISH_STOP_WORDS)
    return [word for word, count in photos.most_common(MOST_WORDS) if count >= _FEWEST_PHOTOS]


def gather_hints(
    texts: Sequence[Texts], words: Sequence[str], tags: NDArray[np.float16], tag_weights: NDArray[np.float16]
) -> Hints:
    """Join the weak tags with the words of the captions."""
    index = {word: number for number, word in enumerate(words)}
    targets = np.zeros((len(texts), len(words)), np.float16)
    weights = np.zeros((len(texts), len(words)), np.float16)
    for row, text in enumerate(texts):
        many = len(text.get("en", ())) >= 4
        weights[row] = 1.0 if many else _UNKNOWN_WEIGHT if text.get("en") else 0.0
        for word, count in _counted(text).items():
            if word in index:
                targets[row, index[word]] = min(1.0, count / _SURE_FROM_CAPTIONS) if many else 1.0
                weights[row, index[word]] = 1.0
    return Hints(np.concatenate([tags, targets], 1), np.concatenate([tag_weights, weights], 1), tags.shape[1])


def _counted(text: Texts) -> Counter[str]:
    """How many of a photo's English captions have each word."""
    return Counter(word for caption in text.get("en", ()) for word in set(caption))
