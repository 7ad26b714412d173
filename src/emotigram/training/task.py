"""What the training loop is given to learn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor, nn

Batch = Mapping[str, Tensor]


class Task(Protocol):
    """What a run learns: a model, its rows, its loss and its score."""

    title: str
    rows: int  # of training

    @property
    def model(self) -> nn.Module:
        """The network whose weights are trained."""
        ...

    def order(self, epoch: int) -> Sequence[int]:
        """The order of the training rows in an epoch, from the seed and the epoch alone."""
        ...

    def batch(self, rows: Sequence[int]) -> Batch:
        """Training rows as tensors."""
        ...

    def groups(self) -> list[dict[str, Any]]:
        """Parameters by group; each may have an ``lr`` of its own."""
        ...

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """The mean loss of a batch."""
        ...

    def validate(self, model: nn.Module, device: torch.device) -> Mapping[str, float]:
        """Figures on the validation rows; ``score`` is what must rise. Every process measures all rows."""
        ...
