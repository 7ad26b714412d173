"""Temperature scaling: makes a trained model's probabilities mean what they say (Guo et al. 2017, arXiv:1706.04599)."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

_STEPS = 50
_WIDEST = 3.0  # logarithm of the largest and smallest temperature: a side that knows nothing has no best one


def fit_temperatures(logits: tuple[Tensor, ...], labels: NDArray[np.int64]) -> Tensor:
    """Logarithms of the likeliest temperatures, one for each of several logits (rows, classes)."""
    return torch.stack([_fit(each, torch.from_numpy(labels)) for each in logits])


def _fit(logits: Tensor, labels: Tensor) -> Tensor:
    heat = torch.zeros((), requires_grad=True)
    optimiser = torch.optim.LBFGS([heat], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimiser.zero_grad()
        found = F.cross_entropy(logits * torch.exp(-heat), labels)
        found.backward()
        return found

    optimiser.step(loss)
    return heat.detach().clamp(-_WIDEST, _WIDEST)
