"""How much memory decoding a picture takes, from what its header says."""

from __future__ import annotations

from PIL.ImageFile import ImageFile

_BYTES_BY_MODE = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2}  # Pillow's storage; any other takes 4
_SHRINKING = 64_000_000  # the strips that are worked on, and the picture of the size that is kept
# Bytes a pixel that a format's library holds beside Pillow's picture, measured over pictures of 24 megapixels
_BESIDE = {"WEBP": 12, "AVIF": 6, "HEIF": 8, "TIFF": 8, "GIF": 1}
_COEFFICIENT_BYTES = 2


def bytes_needed(image: ImageFile, file_bytes: int) -> int:
    """Bytes at most, for a picture whose header is read, as large as it will be decoded, and its file's length."""
    width, height = image.size
    a_pixel = _BYTES_BY_MODE.get(image.mode, 4) + _BESIDE.get(image.format or "", 0)
    return width * height * a_pixel + 2 * file_bytes + _SHRINKING


def coefficient_bytes(width: int, height: int, components: int) -> int:
    """Bytes at most that a JPEG of several scans is held in, at full size, until the last scan is read."""
    return width * height * components * _COEFFICIENT_BYTES
