"""Boxes of lines of text, (n, 4 corners from the top left on, x and y) in pixels: which of them are worth reading."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]

_MOST = 40
_LINE_PX = 48  # the height that the network reads lines at
_SHORTEST_PX = 320  # what shorter ones are filled up to
_LONGEST = 60.0  # in heights; a longer one would take the time of all others
_MOST_PX = 9_000  # of all lines together, which takes two cores half a second
_UPRIGHT = 1.5  # what is so much higher than wide is turned before it is read


def areas(boxes: Boxes) -> NDArray[np.float32]:
    """The area of each box in square pixels."""
    return _widths(boxes) * _heights(boxes)


def worth_reading(boxes: Boxes) -> Boxes:
    """As many boxes as can be read in time, headlines before others; from the top of the photo down."""
    wide, high = np.maximum(_widths(boxes), 1), np.maximum(_heights(boxes), 1)
    lengths = np.where(high >= _UPRIGHT * wide, high / wide, wide / high)
    tops = boxes[:, :, 1].min(axis=1)
    usual = np.median(high)
    rank = np.select([high >= 2 * usual, high >= usual / 2], [0, 1], 2)  # headlines, then text, then specks
    order = np.lexsort((tops, rank))
    order = order[lengths[order] <= _LONGEST][:_MOST]
    costs = np.cumsum(np.maximum(_SHORTEST_PX, _LINE_PX * lengths[order]))
    chosen = order[costs <= _MOST_PX]
    return boxes[chosen[np.argsort(tops[chosen], kind="stable")]]


def _widths(boxes: Boxes) -> NDArray[np.float32]:
    return _lengths(boxes[:, 1] - boxes[:, 0])


def _heights(boxes: Boxes) -> NDArray[np.float32]:
    return _lengths(boxes[:, 3] - boxes[:, 0])


def _lengths(sides: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths: NDArray[np.float32] = np.linalg.norm(sides, axis=1)
    return lengths
