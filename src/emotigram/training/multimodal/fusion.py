"""What all fusion strategies share: how text and image become one judgement.

Every strategy takes both sides as ``Encoded`` of the same width and the logits (n, classes) that each side has of its
own, and returns fused logits (n, classes). A side that is missing is all zeros.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

CLASSES = 3  # negative, neutral, positive


class Encoded(NamedTuple):
    """One side: ``tokens`` (n, length, width), ``mask`` (n, length) of 0 and 1, ``pooled`` (n, width)."""

    tokens: Tensor
    mask: Tensor
    pooled: Tensor


class LastLayer(nn.Linear):
    """Gives logits, and tells no row from another before it learns: early epochs are else chosen for their luck."""

    def __init__(self, width: int, classes: int) -> None:
        super().__init__(width, classes)
        nn.init.zeros_(self.weight)
        nn.init.zeros_(self.bias)


class Fusion(nn.Module):
    """What all strategies share; ``dropout`` is in [0, 1)."""

    is_control = False
    needs_tokens = False  # else ``tokens`` is the pooled vector alone

    def __init__(self, width: int, classes: int, dropout: float) -> None:
        super().__init__()
        self.width, self.classes = width, classes
        self.drop = nn.Dropout(dropout)

    def forward(self, text: Encoded, image: Encoded, text_logits: Tensor, image_logits: Tensor) -> Tensor:
        """Fused logits (n, classes)."""
        raise NotImplementedError

    def penalty(self, fused: Tensor, labels: Tensor) -> Tensor:  # noqa: ARG002  # for strategies with a loss of their own
        """What is added to the cross-entropy of the fused logits."""
        return fused.new_zeros(())

    def start_at(self, level: Tensor) -> None:
        """Begin with ``level`` (classes,), the logarithms of the labels' frequencies: what is right of no row known.

        Both sides' own logits begin there, too.
        """
        with torch.no_grad():
            for layer in self.modules():
                if isinstance(layer, LastLayer):
                    layer.bias.copy_(level)
