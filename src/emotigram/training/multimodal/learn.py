"""Train one model on one data set, calibrate it, and let it judge the rows that are held out."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from emotigram.training.loop import Progress, fit
from emotigram.training.multimodal.build import Built
from emotigram.training.multimodal.calibrate import fit_temperatures
from emotigram.training.multimodal.config import SentimentConfig
from emotigram.training.multimodal.data import Dataset, read_dataset
from emotigram.training.multimodal.outcomes import Outcome
from emotigram.training.multimodal.task import SentimentTask, predict
from emotigram.training.run_folder import RunFolder

PACKAGES = ("accelerate", "emotigram", "numpy", "scikit-learn", "torch", "transformers")


def dataset_of(config: SentimentConfig, data: Path) -> Dataset:
    """The data set that a config names."""
    return read_dataset(
        config.dataset,
        data,
        validation_share=config.validation_share,
        seed=config.seed,
        fold=config.fold,
        folds=config.folds,
    )


def checksums(data: Dataset) -> dict[str, Any]:
    """The data set's files and their SHA-256."""
    return {"files": {table.path.name: table.sha256 for table in data.tables}}


def learn(
    built: Built, config: SentimentConfig, data: Dataset, folder: RunFolder | None = None
) -> tuple[Outcome, Progress]:
    """Train a model, calibrate it on validation rows, and let it judge the held-out ones."""
    start = time.monotonic()
    task = SentimentTask(config, built.model, built.train, built.validation)
    progress = fit(task, config, folder)
    device = next(built.model.parameters()).device
    seconds = time.monotonic() - start
    built.model.log_temperature.zero_()
    raw = predict(built.model, built.held_out, device)[2]
    judged = predict(built.model, built.validation, device)
    built.model.log_temperature.copy_(fit_temperatures(judged, built.validation.labels))
    outcome = Outcome(
        strategy=config.fusion,
        seed=config.seed,
        rows=np.array([row.number for row in data.held_out]),
        truth=built.held_out.labels,
        probabilities=shares(predict(built.model, built.held_out, device)[2]),
        raw=shares(raw),
        parameters=sum(weights.numel() for weights in built.model.parameters() if weights.requires_grad),
        seconds=seconds,
        best_epoch=progress.best_epoch,
    )
    return outcome, progress


def shares(logits: torch.Tensor) -> NDArray[np.float32]:
    """Probabilities of logits (rows, classes)."""
    return np.asarray(torch.softmax(logits.float(), 1).cpu(), np.float32)
