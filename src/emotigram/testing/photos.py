"""Photos drawn in memory, of shapes that engines stumble over."""

from __future__ import annotations

import hashlib

import numpy as np
from PIL import Image

from emotigram.domain import Photo


def drawn_photos() -> list[Photo]:
    """Upright RGB photos: an even colour, noise, a lying stripe 3000 pixels long, and one pixel."""
    noise = np.random.default_rng(0).integers(0, 256, (96, 128, 3), dtype=np.uint8)
    images = [
        Image.new("RGB", (64, 48), (30, 90, 200)),
        Image.fromarray(noise),
        Image.new("RGB", (3000, 20), (200, 20, 3)),
        Image.new("RGB", (1, 1), (9, 200, 3)),
    ]
    return [Photo(image, f"drawn-{at}", hashlib.sha256(image.tobytes()).hexdigest()) for at, image in enumerate(images)]
