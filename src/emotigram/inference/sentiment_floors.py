"""How sure a photo alone must make a judge before it is told to be positive or negative."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

_MARGIN = 0.14  # of the likeliest label over the next: too close to call, see domain.Sentiment.is_ambiguous


def softened(chances: NDArray[np.float64], labels: tuple[str, ...], floors: Mapping[str, float]) -> NDArray[np.float64]:
    """Probabilities (labels,) that sum to 1, drawn to even ones where the likeliest label is below its floor.

    The order stays; what was told is then too close to call.
    """
    _, second, top = map(float, np.sort(chances))
    if top >= floors.get(labels[int(chances.argmax())], 0.0) or top - second <= _MARGIN:
        return chances
    kept = _MARGIN / (top - second)
    drawn: NDArray[np.float64] = chances * kept + (1 - kept) / len(chances)
    return drawn
