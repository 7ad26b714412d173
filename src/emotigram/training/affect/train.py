"""The affect model learns mood from photos with text, photos alone and texts alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from emotigram.training.affect.calibration import calibrate, fit_feeling
from emotigram.training.affect.data import AffectExample
from emotigram.training.affect.featurizer import Featurizer
from emotigram.training.affect.heads import fit_heads
from emotigram.training.affect.network import AffectNet


def train_affect(
    data: Sequence[AffectExample], features: NDArray[np.float32], out_dir: Path, seed: int = 0
) -> tuple[AffectNet, Featurizer]:
    """Fit judges of text, then heads by source and case, calibrate on validation, write ``affect.pt``."""
    featurizer = Featurizer(data, features, seed)
    train = [e for e in data if e.split == "train"]
    model = _new_network(featurizer, features[[e.photo for e in train if e.photo >= 0]])
    fit_heads(model, featurizer, train, seed)
    calibrate(model, featurizer, [e for e in data if e.split == "val"])
    fit_feeling(model, featurizer, [e for e in train if e.feeling])
    torch.save(model.state_dict(), out_dir / "affect.pt")
    return model, featurizer


def _new_network(featurizer: Featurizer, photos: NDArray[np.float32]) -> AffectNet:
    """A network that has the judges' weights for n-grams and has still to learn what to make of them."""
    model = AffectNet(len(featurizer.known.crcs), len(featurizer.sources), featurizer.judges.shape[1])
    model.embed[1:] = torch.from_numpy(featurizer.judges)
    model.weigh[1:] = torch.from_numpy(featurizer.rarity)
    if len(photos):
        model.photo_mean.copy_(torch.from_numpy(photos.mean(0)))
        model.photo_scale.copy_(torch.from_numpy(photos.std(0).clip(1e-3)))
    return model
