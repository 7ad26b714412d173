"""What of a JPEG file its picture needs."""

from __future__ import annotations

import re

from emotigram.imaging.decoding.faults import Fault

# Every scan goes over the whole picture again. Encoders write about ten, the keenest a few dozen; see «Two issues with
# the JPEG standard» by the libjpeg-turbo project, section «Denial of service by way of progressive scans».
MOST_SCANS = 64

_MARKER = re.compile(rb"\xff+([^\xff])", re.DOTALL)
_TABLES = {0xC4, 0xCC, 0xDB, 0xDD}  # DHT, DAC, DQT, DRI
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_SEQUENTIAL = {0xC0, 0xC1}
_ALONE = {0x01, *range(0xD0, 0xD8)}
_COLOURS = {0xE0: b"JFIF\0", 0xEE: b"Adobe"}  # they say what the components mean
_EXIF, _EXIF_START = 0xE1, b"Exif\0\0"
_SCAN, _END = 0xDA, 0xD9


def picture_only(data: bytearray) -> bytes:
    """The first picture with its tables, colours and Exif data; no comments, profiles, previews, further pictures.

    Raises Fault where it has more than ``MOST_SCANS`` scans, or none.
    """
    parts, at, has_exif, components = [b"\xff\xd8"], 2, False, 0
    while True:
        found = _MARKER.match(data, at)
        if found is None:
            raise Fault("damaged")
        marker, start = found[1][0], found.end()
        body = start + 2
        if marker == _SCAN:
            # The decoder is done once it has seen all components of a picture that is coded in one go.
            is_single = 0 < components <= data[body] if body < len(data) else False
            return b"".join([*parts, memoryview(data)[start - 2 :] if is_single else _scans(data, start - 2)])
        if marker in _ALONE:
            at = start
            continue
        at = start + int.from_bytes(data[start:body], "big")
        if marker == _END or at < body or at > len(data):
            raise Fault("damaged")
        if marker in _FRAMES:
            components = data[body + 5] if marker in _SEQUENTIAL and at > body + 5 else 0
        is_exif = marker == _EXIF and not has_exif and data.startswith(_EXIF_START, body)
        has_exif = has_exif or is_exif
        if marker in _TABLES | _FRAMES or is_exif or data.startswith(_COLOURS.get(marker, b"\xff\xff\xff"), body):
            parts.append(bytes(data[start - 2 : at]))


def has_scans(picture: bytes) -> bool:
    """Whether a picture as ``picture_only`` leaves it comes in several scans."""
    return picture.count(bytes([0xFF, _SCAN])) > 1


def _scans(data: bytearray, start: int) -> bytes:
    # Within coded data 0xFF is followed by zero or a restart marker alone, so that these two bytes are what they seem.
    end = data.find(bytes([0xFF, _END]), start)
    stop = len(data) if end < 0 else end + 2
    if data.count(bytes([0xFF, _SCAN]), start, stop) > MOST_SCANS:
        raise Fault("too_costly")
    return bytes(memoryview(data)[start:stop])
