"""What of a JPEG file its picture needs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from emotigram.imaging.decoding.faults import Fault

# Every scan goes over the whole picture again. Encoders write about ten, the keenest a few dozen; see «Two issues with
# the JPEG standard» by the libjpeg-turbo project, section «Denial of service by way of progressive scans».
MOST_SCANS = 64

_MARKER = re.compile(rb"\xff+([^\x00\xff])", re.DOTALL)  # what lies between segments is skipped, as decoders do
_AFTER_DATA = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])", re.DOTALL)  # coded data holds zeros and restarts alone
_TABLES = {0xC4, 0xCC, 0xDB, 0xDD}  # DHT, DAC, DQT, DRI
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_SEQUENTIAL = {0xC0, 0xC1}
_ALONE = {0x01, *range(0xD0, 0xD8)}
_COLOURS = {0xE0: b"JFIF\0", 0xEE: b"Adobe"}  # they say what the components mean
_APP1, _TURNED = 0xE1, (b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0")  # either may say which way is up
_SCAN, _END = 0xDA, 0xD9


def picture_only(data: bytearray) -> bytes:
    """The first picture with its tables, colours and orientation; no comments, profiles, previews, further pictures.

    Raises Fault where it has more than ``MOST_SCANS`` scans, or none.
    """
    parts, wanted, components = [b"\xff\xd8"], [*_TURNED], 0
    for marker, start, end in _segments(data, 2):
        body = start + 4
        if marker == _SCAN:
            # The decoder is done once it has seen all components of a picture that is coded in one go.
            is_single = 0 < components <= data[body]
            return b"".join([*parts, memoryview(data)[start : None if is_single else _end_of_scans(data, start)]])
        if marker in _FRAMES:
            components = data[body + 5] if marker in _SEQUENTIAL else 0
        turned = next((each for each in wanted if marker == _APP1 and data.startswith(each, body)), b"")
        if turned:
            wanted.remove(turned)
        if marker in _TABLES | _FRAMES or turned or data.startswith(_COLOURS.get(marker, b"\xff\xff\xff"), body):
            parts.append(bytes(data[start:end]))
    raise Fault("damaged")


def has_scans(picture: bytes) -> bool:
    """Whether a picture as ``picture_only`` leaves it comes in several scans."""
    components = 0
    for marker, start, _ in _segments(picture, 2):
        if marker == _SCAN:
            return not 0 < components <= picture[start + 4]
        if marker in _FRAMES:
            components = picture[start + 9] if marker in _SEQUENTIAL else 0
    return True


def _segments(data: bytes | bytearray, at: int) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment up to the first scan's; raises Fault where one is not whole."""
    while found := _MARKER.search(data, at):
        marker, at = found[1][0], found.end()
        if marker in _ALONE:
            continue
        start = at - 2
        at += int.from_bytes(data[at : at + 2], "big")
        if marker == _END or at < start + 5 - (marker not in _FRAMES | {_SCAN}) or at > len(data):
            raise Fault("damaged")
        yield marker, start, at


def _end_of_scans(data: bytearray, start: int) -> int:
    """Where the picture ends whose first scan begins at a place."""
    scans, at = 0, start
    while found := _AFTER_DATA.search(data, at):
        marker, at = found[1][0], found.end()
        if marker == _END:
            return at
        if marker not in _ALONE:
            at += int.from_bytes(data[at : at + 2], "big")
        scans += marker == _SCAN
        if scans > MOST_SCANS:
            raise Fault("too_costly")
    return len(data)
