"""Outcomes whose truth is known, because they are made up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from emotigram.training.multimodal.outcomes import Outcome

ABOUT = {
    "data": "mvsa",
    "title": "MVSA-Single",
    "files": {"mvsa-train.parquet": "0f" * 32},
    "rows": {"train": 300, "validation": 60, "held out": 600},
    "encoders": {"text": "bag of words", "image": "embedded"},
    "config": {"epochs": 10},
    "machine": {"system": "Linux", "release": "6.1", "architecture": "x86_64", "cpus": 2, "python": "3.11.9"},
    "versions": {"emotigram": "0.1.0", "torch": "2.9.0"},
    "seeds": [0, 1, 2],
    "protocol": "Every tenth row is held out; early stopping and calibration see other rows.",
    "command": "emotigram train compare --data mvsa --seeds 3",
}


def truth_of(rows: int) -> NDArray[np.int64]:
    """Labels of rows 0, 1, 2 …: half of them positive."""
    return np.array([0, 1, 2, 2])[np.arange(rows) % 4]


def outcome(
    strategy: str,
    seed: int = 0,
    *,
    rows: Sequence[int] | NDArray[np.int64] = range(600),
    accuracy: float = 0.6,
    confidence: float = 0.7,
    boast: float = 0.0,
) -> Outcome:
    """Right on a share ``accuracy`` of rows, else the next label; unlike seeds err on different rows."""
    numbers = np.asarray(rows, dtype=np.int64)
    truth = truth_of(int(numbers.max()) + 1)[numbers]
    chance = np.random.default_rng([seed, *strategy.encode()])
    right = np.isin(np.arange(len(numbers)), chance.permutation(len(numbers))[: round(accuracy * len(numbers))])
    answers = np.where(right, truth, (truth + 1) % 3)
    return said(strategy, numbers, truth, answers, seed=seed, confidence=confidence, boast=boast)


def said(
    strategy: str,
    rows: NDArray[np.int64],
    truth: NDArray[np.int64],
    answers: NDArray[np.int64],
    *,
    seed: int = 0,
    confidence: float = 0.7,
    boast: float = 0.0,
) -> Outcome:
    """An outcome that gives these answers; ``raw`` is more confident by ``boast``."""
    calibrated, raw = (_sure_of(answers, each) for each in (confidence, confidence + boast))
    return Outcome(strategy, seed, rows, truth, calibrated, raw, parameters=1000, seconds=2.5, best_epoch=3 + seed)


def shared_rows(seeds: int = 2, **accuracy: float) -> list[Outcome]:
    """Outcomes of strategies of a given accuracy; every seed judges the same rows."""
    return [outcome(name, seed, accuracy=share) for name, share in accuracy.items() for seed in range(seeds)]


def folded_rows(folds: int = 2, rows: int = 600, **accuracy: float) -> list[Outcome]:
    """The same, but every seed judges another fold."""
    parts = [np.arange(fold, rows, folds) for fold in range(folds)]
    return [
        outcome(name, fold, rows=part, accuracy=share)
        for name, share in accuracy.items()
        for fold, part in enumerate(parts)
    ]


def _sure_of(answers: NDArray[np.int64], confidence: float) -> NDArray[np.float32]:
    values = np.full((len(answers), 3), (1 - confidence) / 2, dtype=np.float32)
    values[np.arange(len(answers)), answers] = confidence
    return values
