"""How sure a photo alone must make a judge before it is told to be positive or negative."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

_MARGIN = 0.14  # of the likeliest label over the next: too close to call, see domain.Sentiment.is_ambiguous


# ratings are a second witness: valence that a label may go with, of 0.13 for the usual photo; with it nine in ten of
# DeepSent's and OASIS's photos and six in seven of MSED's that are told to be negative are
_VALENCE = {"negative": (-1.0, 0.0), "positive": (0.15, 1.0)}


def softened(
    chances: NDArray[np.float64], labels: tuple[str, ...], floors: Mapping[str, float], valence: float
) -> NDArray[np.float64]:
    """Probabilities (labels,) that sum to 1, drawn to even ones where the likeliest label is not sure enough.

    It is where it reaches its floor and the photo's valence in [-1, 1] goes with it. The order stays; what was told is
    then too close to call.
    """
    _, second, top = map(float, np.sort(chances))
    label = labels[int(chances.argmax())]
    least, most = _VALENCE.get(label, (-1.0, 1.0))
    if (top >= floors.get(label, 0.0) and least <= valence <= most) or top - second <= _MARGIN:
        return chances
    kept = _MARGIN / (top - second)
    drawn: NDArray[np.float64] = chances * kept + (1 - kept) / len(chances)
    return drawn
