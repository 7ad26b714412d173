"""A task of a few numbers for the training loop: which half-plane a point lies in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from emotigram.training.loop import Progress, fit
from emotigram.training.run_config import RunConfig
from emotigram.training.run_folder import RunFolder
from emotigram.training.task import Batch


class ToyTask:
    """``spoil`` may change or refuse the loss of a step, which it is told with the step's number from 1."""

    title = "toy"

    def __init__(
        self,
        *,
        rows: int = 64,
        width: int = 16,
        dropout: float = 0.0,
        seed: int = 0,
        spoil: Callable[[int, Tensor], Tensor] | None = None,
        scores: Sequence[float] | None = None,
    ) -> None:
        torch.manual_seed(seed)
        self.model: nn.Module = nn.Sequential(
            nn.Linear(4, width), nn.BatchNorm1d(width), nn.ReLU(), nn.Dropout(dropout), nn.Linear(width, 2)
        )
        if not dropout:
            self.model[1] = nn.Identity()  # type: ignore[index]
        self.rows, self.seed = rows, seed
        self.points = torch.randn(rows, 4, generator=torch.Generator().manual_seed(7))
        self.labels = (self.points[:, 0] + self.points[:, 1] > 0).long()
        self.shown: list[list[int]] = []
        self.steps = 0
        self._spoil, self._scores = spoil, scores

    def order(self, epoch: int) -> list[int]:
        mixed: list[int] = np.random.default_rng((self.seed, epoch)).permutation(self.rows).tolist()
        return mixed

    def batch(self, rows: Sequence[int]) -> Batch:
        self.shown.append(list(rows))
        return {"points": self.points[list(rows)], "labels": self.labels[list(rows)]}

    def groups(self) -> list[dict[str, Any]]:
        return [{"params": [each for each in self.model.parameters() if each.requires_grad]}]

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        self.steps += 1
        loss = F.cross_entropy(model(batch["points"]), batch["labels"])
        return self._spoil(self.steps, loss) if self._spoil else loss

    def validate(self, model: nn.Module, device: torch.device) -> Mapping[str, float]:
        said = model(self.points.to(device)).float().cpu()
        accuracy = float((said.argmax(1) == self.labels).float().mean())
        loss = float(F.cross_entropy(said, self.labels))
        score = accuracy
        if self._scores:
            score = self._scores[0]
            self._scores = self._scores[1:] or self._scores
        return {"score": score, "accuracy": accuracy, "loss": loss}


def toy_config(**options: object) -> RunConfig:
    """A short run on the CPU."""
    own = {"epochs": 2, "batch_size": 8, "learning_rate": 0.02, "device": "cpu", "patience": 99}
    return RunConfig.model_validate(own | options)


def run_toy(task: ToyTask, config: RunConfig, path: Path, *, fresh: bool = False) -> Progress:
    """Train in a folder, or go on there."""
    folder = RunFolder(path)
    folder.open(config.model_dump(mode="json"), fresh=fresh)
    return fit(task, config, folder)


def weights_of(task: ToyTask) -> dict[str, Tensor]:
    """A copy of all weights and buffers."""
    return {name: values.clone() for name, values in task.model.state_dict().items()}
