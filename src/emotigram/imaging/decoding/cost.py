"""How much memory decoding a picture takes, from what its header says."""

from __future__ import annotations

from PIL.ImageFile import ImageFile

_BYTES_BY_MODE = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2}  # Pillow's storage; any other takes 4
# The strips that are worked on while it shrinks, and the picture of the size that is kept: its bytes a pixel, at most
_STRIPS, _KEPT_A_PIXEL, _MOST_KEPT = 4_000_000, 16, 60_000_000
# Bytes a pixel that a format's library holds beside Pillow's picture, measured over pictures of 24 megapixels
_BESIDE = {"WEBP": 12, "AVIF": 6, "HEIF": 8, "TIFF": 4, "GIF": 1}
_TURNED_TIFF, _RUNS_OF_BMP = 4, 4  # Pillow turns the one at full size, and unpacks the other in Python
_RUN_LENGTHS = (1, 2)  # compressions of a BMP
_ORIENTATION = 0x0112
_COEFFICIENT_BYTES = 2


def bytes_needed(image: ImageFile, file_bytes: int) -> int:
    """Bytes at most, for a picture whose header is read, as large as it will be decoded, and its file's length."""
    pixels = image.width * image.height
    a_pixel = _BYTES_BY_MODE.get(image.mode, 4) + _BESIDE.get(image.format or "", 0)
    if image.format == "TIFF" and image.getexif().get(_ORIENTATION, 1) != 1:
        a_pixel += _TURNED_TIFF
    if image.format == "BMP" and image.info.get("compression") in _RUN_LENGTHS:
        a_pixel += _RUNS_OF_BMP
    return pixels * a_pixel + 2 * file_bytes + min(_MOST_KEPT, _KEPT_A_PIXEL * pixels) + _STRIPS


def coefficient_bytes(width: int, height: int, components: int) -> int:
    """Bytes at most that a JPEG of several scans is held in, at full size, until the last scan is read."""
    return width * height * components * _COEFFICIENT_BYTES
