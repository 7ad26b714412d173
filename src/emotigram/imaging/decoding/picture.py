"""A file's bytes to its picture: its size and cost first, then upright RGB pixels."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile

from emotigram.imaging.decoding import gif, jpeg, png
from emotigram.imaging.decoding.cost import bytes_needed, coefficient_bytes
from emotigram.imaging.decoding.faults import Fault
from emotigram.imaging.decoding.formats import HEAD_BYTES, find_decoder
from emotigram.imaging.decoding.shrinking import shrunk

KEPT_SIDE_PX = 2048  # the largest that any engine, page or platform is given
LONGEST_SIDE_PX = 65_535  # as long as a JPEG can be

_LEAST_DRAFT_PX = 1600  # a JPEG may be decoded at half its size where this much is left of its longer side
_STRIP_OFFSETS, _ROWS_PER_STRIP = 273, 278
_ORIENTATION, _ON_THEIR_SIDE = 0x0112, (5, 6, 7, 8)
_EXIF, _TAKEN, _ZONE = 0x8769, 0x9003, 0x9011  # DateTimeOriginal and its offset; CIPA DC-008, Exif 2.32
_TIME_LENGTH = 40
_ONLY: dict[bytes, Callable[[bytearray], bytes]] = {
    b"\xff\xd8\xff": jpeg.picture_only,
    b"\x89PNG\r\n\x1a\n": png.picture_only,
    b"GIF8": gif.picture_only,
}
# What decoders are known to raise on hostile bytes; all of it says the same: the file is damaged.
_FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


@dataclass(slots=True)
class Opened:
    """A picture whose header is read; ``needs`` is how many bytes of memory the rest takes at most."""

    image: ImageFile
    file: bytes
    size: tuple[int, int]
    needs: int


def look(data: bytearray, most_pixels: float) -> Opened:
    """Read what the header says, and decode nothing yet. Raises Fault."""
    decoder = find_decoder(bytes(data[:HEAD_BYTES]))
    if decoder is None:
        raise Fault("not_an_image")
    only = next((only for start, only in _ONLY.items() if data.startswith(start)), None)
    file = only(data) if only else bytes(data)
    try:
        image = decoder(io.BytesIO(file), "")
    except _FAULTS as error:
        raise Fault("damaged") from error
    width, height = image.size
    if width * height > most_pixels:
        raise Fault("too_large", width_px=width, height_px=height)
    if max(width, height) > LONGEST_SIDE_PX:
        raise Fault("too_long", width_px=width, height_px=height, limit_px=LONGEST_SIDE_PX)
    share = _LEAST_DRAFT_PX / max(width, height)
    image.draft(None, (int(width * share), int(height * share)))  # of the formats only JPEG can
    needs = bytes_needed(image, len(file))
    if isinstance(image, TiffImageFile) and not _has_all_strips(image):
        raise Fault("damaged")
    if isinstance(image, JpegImageFile) and jpeg.has_scans(file):
        needs += coefficient_bytes(width, height, image.layers)
    return Opened(image, file, (width, height), needs)


def decode(opened: Opened) -> tuple[Image.Image, tuple[int, int], str]:
    """Return the picture as upright RGB, its size in the file, and when it was taken.

    Its longer side is ``KEPT_SIDE_PX`` at most. The time is as the file spells it, ``2024:05:01 18:30:00+08:00``, ''
    where it does not say. Raises Fault.
    """
    try:
        with opened.image as image:
            image.load()
            if isinstance(image, PngImageFile) and not png.is_whole(opened.file, image):
                raise Fault("damaged")
            orientation = _orientation(image)  # by now 1 for a TIFF: Pillow turns these itself
            size = opened.size[::-1] if orientation in _ON_THEIR_SIDE else opened.size
            return shrunk(image, KEPT_SIDE_PX, orientation), size, _time_taken(image)
    except _FAULTS as error:
        raise Fault("damaged") from error


def _has_all_strips(image: TiffImageFile) -> bool:
    """Whether an uncompressed TIFF says where each of its rows is; libtiff looks for itself at the others."""
    offsets = image.tag_v2.get(_STRIP_OFFSETS)
    if not isinstance(offsets, tuple):
        return True
    rows = max(1, int(image.tag_v2.get(_ROWS_PER_STRIP, image.height)))
    return len(offsets) >= -(-image.size[1] // rows) or len(offsets) >= -(-image.size[0] // rows)  # it may lie turned


def _orientation(image: ImageFile) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except _FAULTS:  # broken metadata is no reason to refuse good pixels
        return 1


def _time_taken(image: ImageFile) -> str:
    try:
        camera = image.getexif().get_ifd(_EXIF)
    except _FAULTS:
        return ""
    return f"{camera.get(_TAKEN, '')}{camera.get(_ZONE, '')}"[:_TIME_LENGTH]
