"""Any decoded picture to upright 8-bit RGB, rebuilt from its pixels so that nothing else comes along."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # Exif 2.32, tag 0x0112: from how the pixels lie to how they are meant to be seen


Scale = tuple[float, float]  # the values that become black and white

_SCALED_MODES = ("I", "F")
_ROWS_PIXELS = 1 << 20  # looked at in one go


def rebuild(image: Image.Image, orientation: int = 1, scale: Scale | None = None) -> Image.Image:
    """Return the picture as upright RGB without metadata; what is transparent turns white.

    ``scale`` is the ``picture_range`` of the whole where ``image`` is a part of it.
    """
    canvas = Image.new("RGB", image.size)
    canvas.paste(flattened(image, scale))
    turn = _TURNS.get(orientation)
    return canvas if turn is None else canvas.transpose(turn)


def flattened(image: Image.Image, scale: Scale | None = None) -> Image.Image:
    """The picture as RGB as it lies, perhaps itself, with what metadata it has; what is transparent turns white."""
    flat = _to_8_bit(image, scale)
    if not flat.has_transparency_data:
        return flat.convert("RGB")
    seen = flat.convert("RGBA")
    canvas = Image.new("RGB", flat.size, "white")
    canvas.paste(seen, mask=seen.getchannel("A"))
    return canvas


def picture_range(image: Image.Image) -> Scale | None:
    """The smallest usual range that holds the values, [0, 1], 8 bits, 16 bits, else their own; None for 8-bit modes."""
    if image.mode not in _SCALED_MODES:
        return None
    ends = [end for rows in _rows(image) for end in (float(rows.min()), float(rows.max()))]
    low, high = min(ends), max(ends)
    return next(((0.0, top) for top in (1.0, 255.0, 65535.0) if low >= 0 and high <= top), (low, high))


def _rows(image: Image.Image) -> Iterator[NDArray[np.float64]]:
    step = max(1, _ROWS_PIXELS // image.width)
    for top in range(0, image.height, step):
        yield _known(image.crop((0, top, image.width, min(top + step, image.height))))


def _known(image: Image.Image) -> NDArray[np.float64]:
    return np.nan_to_num(np.asarray(image, dtype=np.float64), nan=0, posinf=0, neginf=0)


def _to_8_bit(image: Image.Image, scale: Scale | None) -> Image.Image:
    # Pillow would clip these modes at 255, which leaves a white picture.
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    bottom, top = scale or picture_range(image) or (0.0, 0.0)
    if image.mode in _SCALED_MODES:
        return Image.fromarray(np.rint((_known(image) - bottom) * (255 / ((top - bottom) or 1))).astype(np.uint8))
    return image
