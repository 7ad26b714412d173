"""Train the affect model from photo features and texts, and write its folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emotigram.domain import EMOTIONS
from emotigram.sentiment.embedded import LABELS, VERSION
from emotigram.training.affect.calibration import feeling_cross_validated
from emotigram.training.affect.data import AffectExample, examples
from emotigram.training.affect.export import export_affect
from emotigram.training.affect.judging import accuracies
from emotigram.training.affect.tone import tone_examples
from emotigram.training.affect.train import train_affect
from emotigram.training.model_folder import ship, versions, workshop, write_manifest
from emotigram.training.vision import FEATURES


def every_example(data_dir: Path, cache_dir: Path) -> list[AffectExample]:
    """The public sets' examples and our own phrases."""
    return [*examples(data_dir, cache_dir), *tone_examples()]


def build_affect(
    data: Sequence[AffectExample], features: NDArray[np.float32], out_dir: Path, models_dir: Path, seed: int = 0
) -> None:
    """Write ``affect/2``; ``features`` (photos, 384) belong to the rows of the cache, in their order."""
    model, featurizer = train_affect(data, features, out_dir, seed)
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
        "tone_held_out": accuracies(model, featurizer, [e for e in data if e.source == "tone" and e.split == "val"]),
        "feeling_cross_validated": feeling_cross_validated(model, featurizer, [e for e in data if e.feeling]),
        "versions": versions(),
    }
    write_manifest(folder, manifest)
    ship(folder)
