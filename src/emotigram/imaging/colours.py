"""Name the colours a photo is made of: true of any photo, whatever it shows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_HUES = (  # upper edge of each hue in degrees
    (15, "red"), (42, "orange"), (70, "yellow"), (165, "green"), (255, "blue"), (290, "purple"), (335, "pink"),
    (361, "red"),
)  # fmt: skip
_LEAST_SHARE = 0.15
_SIDE = 32
_AXIS = np.exp(-(np.linspace(-1, 1, _SIDE) ** 2) / 0.5)
_MIDDLE = np.outer(_AXIS, _AXIS)


def main_colours(pixels: NDArray[np.uint8], most: int = 2) -> list[str]:
    """Return the names of the one or two commonest colours of an RGB array (height, width, 3).

    The middle counts more than the edges: that is where people put what they photograph.
    """
    small = Image.fromarray(pixels).resize((_SIDE, _SIDE), Image.Resampling.BOX).convert("HSV")
    hue, saturation, value = np.asarray(small, dtype=np.float32).reshape(-1, 3).T
    names = _by_hue((hue * (360 / 255)).astype(np.float32))
    names[(names == "orange") & (value < 150)] = "brown"
    names[saturation < 45] = "grey"
    names[(saturation < 35) & (value > 200)] = "white"
    names[value < 50] = "black"
    weights = _MIDDLE.reshape(-1)
    shares = {str(name): float(weights[names == name].sum() / weights.sum()) for name in np.unique(names)}
    order = sorted(shares, key=lambda name: -shares[name])[:most]
    return [name for rank, name in enumerate(order) if rank == 0 or shares[name] >= _LEAST_SHARE]


def _by_hue(degrees: NDArray[np.float32]) -> NDArray[np.str_]:
    edges = [edge for edge, _ in _HUES]
    return np.array([name for _, name in _HUES], dtype="<U8")[np.digitize(degrees, edges[:-1])]
