"""How sure a photo alone must make a judge before it is told to be positive or negative."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

# Ratings are a second witness: valence that a label may go with; 0.13 is the usual photo's (median of validation).
# Without it a photo of OASIS told to be negative is right clearly less often; the other sets hardly change.
_VALENCE = {"negative": (-1.0, 0.0), "positive": (0.15, 1.0)}


def is_told(chances: NDArray[np.float64], labels: tuple[str, ...], floors: Mapping[str, float], valence: float) -> bool:
    """Whether the likeliest of probabilities (labels,) reaches its floor, and a valence in [-1, 1] goes with it."""
    label = labels[int(chances.argmax())]
    least, most = _VALENCE.get(label, (-1.0, 1.0))
    return float(chances.max()) >= floors.get(label, 0.0) and least <= valence <= most
