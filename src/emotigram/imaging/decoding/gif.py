"""What of a GIF file its first frame needs."""

from __future__ import annotations

import re

from emotigram.imaging.decoding.faults import Fault

_EXTENSION, _FRAME = 0x21, 0x2C
_CONTROL = 0xF9  # its transparency belongs to the frame behind it
_BLOCK = re.compile(rb"[\x21\x2c\x3b]")
_HEAD_BYTES, _FRAME_BYTES = 13, 10


def picture_only(data: bytearray) -> bytes:
    """The first frame with its colours and transparency; no comments, texts, application blocks, further frames.

    Raises Fault where there is no frame. Pillow joins comment to comment, which is quadratic.
    """
    at = _HEAD_BYTES + _colours(data, _HEAD_BYTES - 3)
    head, control = bytes(data[:at]), b""
    while found := _BLOCK.search(data, at):
        at = found.start()
        if data[at] == _FRAME:
            return head + control + _frame(data, at) + b";"
        if data[at] != _EXTENSION:
            break
        if data[at + 1 : at + 3] == bytes([_CONTROL, 4]):
            control = bytes(data[at : at + 8])
        at = _end_of_parts(data, at + 2)
    raise Fault("damaged")


def _frame(data: bytearray, start: int) -> bytes:
    parts = start + _FRAME_BYTES + _colours(data, start + _FRAME_BYTES - 1) + 1
    return bytes(memoryview(data)[start : _end_of_parts(data, parts)])


def _colours(data: bytearray, at: int) -> int:
    """Bytes of the colour table that the flags at a place announce."""
    if at >= len(data):
        raise Fault("damaged")
    return 3 << (data[at] & 7) + 1 if data[at] & 0x80 else 0


def _end_of_parts(data: bytearray, at: int) -> int:
    length = len(data)
    while at < length and (size := data[at]):
        at += size + 1
    return min(at + 1, length)
