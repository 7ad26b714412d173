"""Train one model on one data set, calibrate it, and let it judge the rows that are held out."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from emotigram.training.loop import Progress, fit
from emotigram.training.multimodal.build import Built
from emotigram.training.multimodal.config import SentimentConfig
from emotigram.training.multimodal.data import Dataset
from emotigram.training.multimodal.outcomes import Outcome
from emotigram.training.multimodal.read_data import read_dataset
from emotigram.training.multimodal.task import SentimentTask, predict
from emotigram.training.run_folder import RunFolder

PACKAGES = ("accelerate", "emotigram", "numpy", "scikit-learn", "torch", "transformers")
_ITERATIONS = 50  # of fitting a temperature
_WIDEST = 3.0  # logarithm of the largest and smallest temperature: a side that knows nothing has no best one


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


class Learned(NamedTuple):
    """What came of a run; ``judged`` are calibrated logits of the held-out rows: text, image and fused, (n, 3) each."""

    outcome: Outcome
    progress: Progress
    judged: tuple[Tensor, ...]


def learn(built: Built, config: SentimentConfig, data: Dataset, folder: RunFolder | None = None) -> Learned:
    """Train a model, calibrate it on validation rows, and let it judge the held-out ones."""
    start = time.monotonic()
    model = built.model
    progress = fit(SentimentTask(config, model, built.train, built.validation), config, folder)
    device = next(model.parameters()).device
    seconds = time.monotonic() - start
    model.log_temperature.zero_()
    raw = predict(model, built.held_out, device)
    model.log_temperature.copy_(_fit_temperatures(predict(model, built.validation, device), built.validation.labels))
    cool = torch.exp(-model.log_temperature).cpu()
    judged = tuple(each * by for each, by in zip(raw, cool, strict=True))
    outcome = Outcome(
        strategy=config.fusion,
        seed=config.seed,
        rows=np.array([row.number for row in data.held_out]),
        truth=built.held_out.labels,
        probabilities=shares(judged[2]),
        raw=shares(raw[2]),
        parameters=sum(weights.numel() for weights in model.parameters() if weights.requires_grad),
        seconds=seconds,
        best_epoch=progress.best_epoch,
    )
    return Learned(outcome, progress, judged)


def shares(logits: Tensor) -> NDArray[np.float32]:
    """Probabilities of logits (rows, classes)."""
    return np.asarray(torch.softmax(logits.float(), 1).cpu(), np.float32)


def _fit_temperatures(logits: tuple[Tensor, ...], labels: NDArray[np.int64]) -> Tensor:
    """Logarithms of the likeliest temperatures, one for each of several logits (rows, classes).

    They make probabilities mean what they say (Guo et al. 2017, arXiv:1706.04599).
    """
    return torch.stack([_fit_temperature(each, torch.from_numpy(labels)) for each in logits])


def _fit_temperature(logits: Tensor, labels: Tensor) -> Tensor:
    heat = torch.zeros((), requires_grad=True)
    optimiser = torch.optim.LBFGS([heat], max_iter=_ITERATIONS, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimiser.zero_grad()
        found = F.cross_entropy(logits * torch.exp(-heat), labels)
        found.backward()
        return found

    optimiser.step(loss)
    return heat.detach().clamp(-_WIDEST, _WIDEST)
