"""Which decoder a file needs, by its first bytes; what is not listed here is never decoded."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO

from PIL import features
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import jpeg_factory
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

# Pillow's own Image.open is passed by on purpose: it refuses and warns by a process-wide size limit of its own.
Decoder = Callable[[IO[bytes], str], ImageFile]

HEAD_BYTES = 64  # enough for every signature below and an ISO file's list of brands

_TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_STARTS: dict[bytes, Decoder] = {
    b"\xff\xd8\xff": jpeg_factory,  # also MPO, a JPEG with more pictures behind it
    b"\x89PNG\r\n\x1a\n": PngImageFile,
    b"GIF87a": GifImageFile,
    b"GIF89a": GifImageFile,
    **dict.fromkeys(_TIFF_STARTS, TiffImageFile),
}
_BMP_HEADER_SIZES = {12, 16, 40, 52, 56, 64, 108, 124}
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}


def find_decoder(head: bytes) -> Decoder | None:
    """Return the decoder for a file that begins with ``head``, or None where it is no format we read."""
    for start, decoder in _STARTS.items():
        if head.startswith(start):
            return decoder
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WebPImageFile
    # Two letters are too few to tell a bitmap from a text about a BMW: the header's size must fit too.
    if head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADER_SIZES:
        return BmpImageFile
    return _find_iso(head) if head[4:8] == b"ftyp" else None


def is_tiff(head: bytes) -> bool:
    """Whether a file begins like a TIFF."""
    return head.startswith(_TIFF_STARTS)


def _find_iso(head: bytes) -> Decoder | None:
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, end, 4))}
    if brands & _AVIF_BRANDS:
        return AvifImageFile if features.check("avif") else None
    if brands & _HEIF_BRANDS:
        from pillow_heif import HeifImageFile  # noqa: PLC0415  # loads libheif, which most runs never need

        decoder: Decoder = HeifImageFile
        return decoder
    return None
