"""Turn photos into the one array the embedded models look at; training uses the same function."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def squash(image: Image.Image, size_px: int) -> NDArray[np.uint8]:
    """Return an RGB array of shape (size_px, size_px, 3), the whole image squashed to a square.

    Squashed, not cropped: Flickr8k, the largest training set, only exists squashed, and a crop
    would lose what stands at the edges.
    """
    square = image.convert("RGB").resize((size_px, size_px), Image.Resampling.BICUBIC, reducing_gap=3.0)
    return np.asarray(square, dtype=np.uint8)


def batch(images: Sequence[Image.Image], size_px: int) -> NDArray[np.uint8]:
    """Stack squashed images to shape (n, size_px, size_px, 3)."""
    if not images:
        return np.zeros((0, size_px, size_px, 3), dtype=np.uint8)
    return np.stack([squash(image, size_px) for image in images])
