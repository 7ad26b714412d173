"""What of a PNG file its picture needs, and whether all of it is there."""

from __future__ import annotations

import struct
import zlib

from PIL import Image

from emotigram.imaging.decoding.faults import Fault

_SIGNATURE_BYTES, _FRAME_BYTES = 8, 12  # length, kind and checksum around a chunk's data
_SINGLE = (b"IHDR", b"PLTE", b"tRNS", b"eXIf")
_TURNED = ((b"iTXt", b"XML:com.adobe.xmp\0\0\0"), (b"zTXt", b"Raw profile type exif\0\0"))  # what else may say so
_MOST_TEXT_BYTES = 1 << 16  # of such a text, unpacked
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
# Adam7: first column and row of each pass, and the steps between them; PNG specification, section 8.2
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_STEP = 1 << 16


def picture_only(data: bytearray) -> bytes:
    """The picture with its palette, transparency and Exif data, its rows in one chunk; no texts, profiles, frames.

    Raises Fault where the first chunk is no header.
    """
    view, single, rows = memoryview(data), dict[bytes, bytes](), bytearray()
    at = _SIGNATURE_BYTES
    while at + 8 <= len(data):
        length = int.from_bytes(view[at : at + 4], "big")
        kind, end = bytes(view[at + 4 : at + 8]), at + length + _FRAME_BYTES
        if kind == b"IDAT":
            rows += view[at + 8 : end - 4]
        elif kind == b"IEND":
            break
        elif kind not in single and (kind in _SINGLE or _says_which_way_is_up(kind, view[at + 8 : end - 4])):
            single[kind] = bytes(view[at:end])
        at = end
    if [*single][:1] != [b"IHDR"]:
        raise Fault("damaged")
    return b"".join([bytes(view[:8]), *single.values(), _chunk(b"IDAT", rows), _chunk(b"IEND", b"")])


def _says_which_way_is_up(kind: bytes, body: memoryview) -> bool:
    name = next((name for of, name in _TURNED if of == kind), None)
    if name is None or len(body) > _MOST_TEXT_BYTES or bytes(body[: len(name)]) != name:
        return False
    if kind == b"iTXt":
        return True
    try:
        return _unpacked(body[len(name) :], _MOST_TEXT_BYTES + 1) <= _MOST_TEXT_BYTES
    except zlib.error:
        return False


def is_whole(picture: bytes, image: Image.Image) -> bool:
    """Whether a picture's rows are all in its file; ``image`` is what was decoded of it.

    Pillow takes compressed data that ends early for a whole picture, and leaves what is missing zero. Counting costs
    as much as decoding, so it is done only where the rows that come last are zero.
    """
    last = image.crop((0, max(0, image.height - 2), image.width, image.height))
    if all(any(last.crop((0, row, last.width, row + 1)).tobytes()) for row in range(last.height)):
        return True
    width, height, depth, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", picture, _SIGNATURE_BYTES + 8)
    wanted, bits = 0, depth * _CHANNELS[colour]
    for left, top, across, down in _PASSES if interlaced else ((0, 0, 1, 1),):
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        wanted += rows * (1 + (columns * bits + 7) // 8) if columns > 0 and rows > 0 else 0
    return _unpacked(_rows(picture), wanted) == wanted


def _rows(picture: bytes) -> memoryview:
    """The compressed rows of a picture as ``picture_only`` leaves it: the last chunk but one."""
    view, at = memoryview(picture), _SIGNATURE_BYTES
    while bytes(view[at + 4 : at + 8]) != b"IDAT":
        at += int.from_bytes(view[at : at + 4], "big") + _FRAME_BYTES
    return view[at + 8 : at + 8 + int.from_bytes(view[at : at + 4], "big")]


def _unpacked(packed: memoryview, most: int) -> int:
    """How many bytes there are, counted up to ``most``."""
    unpacker, found = zlib.decompressobj(), 0
    for start in range(0, len(packed), _STEP):
        part: bytes | memoryview = packed[start : start + _STEP]
        while part and found < most:
            out = unpacker.decompress(part, min(_STEP, most - found))
            found, part = found + len(out), unpacker.unconsumed_tail
    return found


def _chunk(kind: bytes, data: bytes | bytearray) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(data, zlib.crc32(kind)))
