"""Train the affect model from photos with text, photos alone and texts alone, and write its folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from emotigram.domain import EMOTIONS
from emotigram.inference.backbone import FEATURES
from emotigram.sentiment.embedded import LABELS, VERSION
from emotigram.training.affect.calibration import calibrate, feeling_cross_validated, fit_feeling, photo_floors
from emotigram.training.affect.data import AffectExample, examples
from emotigram.training.affect.export import export_affect
from emotigram.training.affect.featurizer import Featurizer
from emotigram.training.affect.heads import fit_heads
from emotigram.training.affect.judging import accuracies
from emotigram.training.affect.network import AffectNet
from emotigram.training.affect.tone import tone_examples
from emotigram.training.model_folder import ship, versions, workshop, write_manifest


def every_example(data_dir: Path, cache_dir: Path) -> list[AffectExample]:
    """The public sets' examples and our own phrases."""
    return [*examples(data_dir, cache_dir), *tone_examples()]


def build_affect(
    data: Sequence[AffectExample], features: NDArray[np.float32], out_dir: Path, models_dir: Path, seed: int = 0
) -> None:
    """Write ``affect/3``; ``features`` (photos, 1280) belong to the rows of the cache, in their order."""
    model, featurizer = _train(data, features, out_dir, seed)
    folder = workshop(models_dir / "affect", VERSION)
    export_affect(model, folder)
    featurizer.known.save(folder / "ngrams.npz")
    manifest = {
        "name": "affect",
        "version": VERSION,
        "labels": list(LABELS),
        "emotions": list(EMOTIONS),
        "features": FEATURES,
        "ngrams": len(featurizer.known.crcs),
        "sources": featurizer.sources,
        "judges": featurizer.judge_widths,
        "photo_floors": photo_floors(model, featurizer, [e for e in data if e.split == "val"]),
        "tone_held_out": accuracies(model, featurizer, [e for e in data if e.source == "tone" and e.split == "val"]),
        "feeling_cross_validated": feeling_cross_validated(model, featurizer, [e for e in data if e.feeling]),
        "versions": versions(),
    }
    write_manifest(folder, manifest)
    ship(folder)


def _train(
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
