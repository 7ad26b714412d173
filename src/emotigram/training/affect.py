"""The affect model learns mood from photos with text, photos alone and texts alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from torch import Tensor
from tqdm import tqdm

from emotigram.inference.ngrams import KnownNgrams, hashes
from emotigram.training.affect_calibration import calibrate, fit_feeling
from emotigram.training.affect_data import Example, features_of
from emotigram.training.affect_heads import fit_heads
from emotigram.training.affect_network import AffectNet
from emotigram.training.affect_words import fit_judges, tasks

MOST_NGRAMS = 130_000
_FEWEST_TEXTS = 3  # that an n-gram must stand in
Hashed = dict[str, NDArray[np.uint32]]  # text -> its n-grams


@dataclass(frozen=True, slots=True)
class Batch:
    """Examples as tensors, row for row; ``words`` (n, k) is what the judges of text say, 0 without a text."""

    words: Tensor
    has_text: Tensor
    photos: Tensor
    sentiment: Tensor
    emotions: Tensor
    source: Tensor


class Desk:
    """Turns examples into batches; texts of training are judged out of fold."""

    def __init__(self, data: Sequence[Example], features: NDArray[np.float32], seed: int = 0) -> None:
        self.features = features
        self.sources = sorted({e.source for e in data})
        spoken = list({(e.source, e.text): e for e in data if e.text}.values())
        train = [e for e in spoken if e.split == "train"]
        others = [e for e in spoken if e.split != "train"]
        hashed = hash_texts(spoken)
        self.known, self.rarity = learn_ngrams(train, hashed)
        table = self._table([hashed[e.text] for e in train])
        self.judges, said = fit_judges(table, train, self.sources, seed)
        self.judge_widths = {task.name: task.width for task in tasks(train, self.sources, seed)}
        unseen = self._table([hashed[e.text] for e in others]) @ self.judges
        self._words = np.concatenate([said, unseen, np.zeros((1, said.shape[1]))]).astype(np.float32)
        self._places = {(e.source, e.text): place for place, e in enumerate([*train, *others])}

    def batch(self, picked: Sequence[Example]) -> Batch:
        """One batch of examples."""
        places = [self._places[e.source, e.text] if e.text else -1 for e in picked]
        return Batch(
            torch.from_numpy(self._words[places]),
            torch.tensor([[float(place >= 0)] for place in places]),
            torch.from_numpy(features_of(picked, self.features)),
            torch.tensor([e.sentiment for e in picked]),
            torch.tensor([e.emotions for e in picked]),
            torch.tensor([self.sources.index(e.source) for e in picked]),
        )

    def _table(self, texts: Sequence[NDArray[np.uint32]]) -> csr_matrix:
        """TF-IDF rows of length 1."""
        numbers = [self.known.numbers(crcs) - 1 for crcs in texts]
        weights = [np.exp(self.rarity[own]) for own in numbers]
        values = [own / max(float(np.sqrt((own**2).sum())), 1e-3) for own in weights]
        starts = np.concatenate([[0], np.cumsum([len(own) for own in numbers])])
        filled = (np.concatenate([*values, []]), np.concatenate([*numbers, []]).astype(np.int32), starts)
        return csr_matrix(filled, shape=(len(texts), len(self.rarity)), dtype=np.float32)


def train_affect(
    data: Sequence[Example], features: NDArray[np.float32], out_dir: Path, seed: int = 0
) -> tuple[AffectNet, Desk]:
    """Fit judges of text, then heads by source and case, calibrate on validation, write ``affect.pt``."""
    desk = Desk(data, features, seed)
    train = [e for e in data if e.split == "train"]
    model = new_network(desk, features[[e.photo for e in train if e.photo >= 0]])
    fit_heads(model, desk, train, seed)
    calibrate(model, desk, [e for e in data if e.split == "val"])
    fit_feeling(model, desk, [e for e in train if e.feeling])
    torch.save(model.state_dict(), out_dir / "affect.pt")
    return model, desk


def hash_texts(data: Sequence[Example]) -> Hashed:
    """The n-grams of every text, as CRC-32 values."""
    return {text: hashes(text) for text in tqdm({e.text for e in data}, desc="n-grams", mininterval=10)}


def learn_ngrams(train: Sequence[Example], hashed: Hashed) -> tuple[KnownNgrams, NDArray[np.float32]]:
    """The commonest n-grams of the training texts and the logarithm of their inverse document frequencies."""
    crcs, counts = np.unique(np.concatenate([hashed[e.text] for e in train]), return_counts=True)
    least = max(_FEWEST_TEXTS, np.sort(counts)[-MOST_NGRAMS:][0])
    common, counts = crcs[counts >= least], counts[counts >= least]
    rarity = np.log(np.log((1 + len(train)) / counts).clip(0.1))
    return KnownNgrams(common), rarity.astype(np.float32)


def new_network(desk: Desk, photos: NDArray[np.float32]) -> AffectNet:
    """A network that has the judges' weights for n-grams and has still to learn what to make of them."""
    model = AffectNet(len(desk.known.crcs), len(desk.sources), desk.judges.shape[1])
    model.embed[1:] = torch.from_numpy(desk.judges)
    model.weigh[1:] = torch.from_numpy(desk.rarity)
    if len(photos):
        model.photo_mean.copy_(torch.from_numpy(photos.mean(0)))
        model.photo_scale.copy_(torch.from_numpy(photos.std(0).clip(1e-3)))
    return model
