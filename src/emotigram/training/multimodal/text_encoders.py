"""What text encoders have in common."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from emotigram.training.multimodal.fusion import Encoded

IMPORTANCE = 0.3  # of a feature that is not the own judge's: chosen by cross-validated regression on the training rows
NOTHING = -1  # where a row of numbers has none


class TextEncoder(nn.Module):
    """What all text encoders do: ``numbers`` once a text, ``forward`` on padded numbers and their mask.

    ``width`` is that of tokens and of the pooled vector; ``importance`` (width,) is how little a feature is held back
    by the decay of weights, once all are levelled.
    """

    width: int
    is_frozen = True

    @property
    def importance(self) -> Tensor:
        return torch.full((self.width,), IMPORTANCE)

    def numbers(self, texts: Sequence[str], targets: Sequence[str]) -> list[list[int]]:
        """Token numbers of each text ([] for ''); a target is what the sentiment is about, '' for the whole."""
        raise NotImplementedError

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Encoded:
        """Encode numbers (n, length) with mask (n, length) of 0 and 1."""
        raise NotImplementedError

    def save(self, folder: Path) -> dict[str, Any]:
        """Write what turns texts into numbers; returns the encoder's part of the manifest."""
        raise NotImplementedError


def padded(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Numbers (n, at least 1) padded with 0, and their mask; ``NOTHING`` within a row is no number, either."""
    ids = torch.full((len(rows), max([1, *map(len, rows)])), NOTHING)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = torch.tensor(row, dtype=torch.int64)
    return ids.clamp_min(0), (ids != NOTHING).to(torch.int64)
