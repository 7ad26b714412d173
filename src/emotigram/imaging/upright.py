"""Any decoded picture to upright 8-bit RGB, rebuilt from its pixels so that nothing else comes along."""

from __future__ import annotations

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


def rebuild(image: Image.Image, orientation: int = 1) -> Image.Image:
    """Return the picture as upright RGB without metadata; what is transparent turns white."""
    flat = _to_8_bit(image)
    canvas = Image.new("RGB", flat.size, "white")
    if flat.has_transparency_data:
        seen = flat.convert("RGBA")
        canvas.paste(seen, mask=seen.getchannel("A"))
    else:
        canvas.paste(flat.convert("RGB"))
    turn = _TURNS.get(orientation)
    return canvas if turn is None else canvas.transpose(turn)


def _to_8_bit(image: Image.Image) -> Image.Image:
    # Pillow would clip these modes at 255, which leaves a white picture.
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in ("I", "F"):
        return Image.fromarray(_scale(np.asarray(image, dtype=np.float64)))
    return image


def _scale(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Scale by the smallest usual range that holds the values: [0, 1], 8 bits, 16 bits, else their own."""
    known = np.nan_to_num(values, nan=0, posinf=0, neginf=0)
    low, high = float(known.min()), float(known.max())
    tops = [top for top in (1.0, 255.0, 65535.0) if low >= 0 and high <= top]
    bottom, top = (0.0, tops[0]) if tops else (low, high)
    return np.rint((known - bottom) * (255 / ((top - bottom) or 1))).astype(np.uint8)
