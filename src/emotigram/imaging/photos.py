"""Open photos safely: upright RGB pixels, nothing else kept, decoded in a process that can be killed."""

from __future__ import annotations

import atexit
import hashlib
import os
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

from PIL import Image

from emotigram.domain import Photo
from emotigram.errors import (
    DecoderMissing,
    PhotoDamaged,
    PhotoEmpty,
    PhotoError,
    PhotoIsFolder,
    PhotoMissing,
    PhotoNotAnImage,
    PhotoTooCostly,
    PhotoTooLarge,
    PhotoTooLong,
    PhotoUnreadable,
)
from emotigram.imaging.decoding.faults import Fault
from emotigram.imaging.decoding.pool import DecoderPool, Lease, LeaseWanted, Limits

DECODE_S, DECODE_MB = 20.0, 1000.0

_FEWEST_PLACES, _MOST_PLACES = 2, 4
_READ_BYTES = 1 << 20
LEASE_WAIT_S = 0.05
_ERRORS: dict[str, type[PhotoError]] = {
    "not_an_image": PhotoNotAnImage,
    "damaged": PhotoDamaged,
    "too_large": PhotoTooLarge,
    "too_long": PhotoTooLong,
    "too_costly": PhotoTooCostly,
}


def open_photo(
    source: str | Path | bytes,
    max_megapixels: float = 100,
    name: str = "",
    *,
    decode_timeout_s: float = DECODE_S,
    decode_memory_mb: float = DECODE_MB,
) -> Photo:
    """Decode a file or its bytes, the first frame where there are several; its longer side is 2048 px at most then.

    A process of its own decodes, within ``decode_timeout_s`` seconds; all that are open at a time share
    ``decode_memory_mb`` (10^6 bytes) and wait for one another. ``name`` is what the photo and errors call it where
    that is not its path. Raises PhotoError, and DecoderMissing where no process can be started.
    """
    limits = limits_of(max_megapixels, decode_timeout_s, decode_memory_mb)
    held = Lease()
    while True:
        try:
            return decode_photo(source, name, limits, held)
        except LeaseWanted as wanted:
            lease = wanted.lease
        finally:
            decoders().give_back(held)
            held = Lease()
        while not decoders().try_lease(lease, limits):
            time.sleep(LEASE_WAIT_S)
        held = lease


def limits_of(max_megapixels: float, decode_timeout_s: float, decode_memory_mb: float) -> Limits:
    """The limits of a photo in the units that decoding counts in."""
    return Limits(max_megapixels * 1e6, decode_timeout_s, round(decode_memory_mb * 1e6))


def decode_photo(source: str | Path | bytes, name: str, limits: Limits, held: Lease) -> Photo:
    """As ``open_photo``, but raises LeaseWanted where it would have to wait for more than is ``held``."""
    name = name or ("bytes" if isinstance(source, bytes) else str(source))
    file = source if isinstance(source, bytes) else _read(source, name, limits.memory_bytes // 2)
    if not file:
        raise PhotoEmpty(source=name)
    try:
        picture = decoders().decode(file, limits, held)
    except Fault as fault:
        raise _ERRORS[fault.kind](source=name, limit_mp=limits.pixels / 1e6, **fault.values) from fault
    except OSError as error:
        raise DecoderMissing(reason=error.strerror or error) from error
    image = Image.frombytes("RGB", picture.size, picture.rgb)
    return Photo(image, name, hashlib.sha256(file).hexdigest(), picture.original, picture.taken_at)


def start_decoding(processes: int = 1) -> None:
    """Start what decodes, which takes a moment, while other things are done; the first photos would do it, too."""
    with suppress(OSError):  # the first photo will say so
        decoders().warm_up(processes)


@cache
def decoders() -> DecoderPool:
    """The processes that decode all photos of this process; they end with it."""
    pool = DecoderPool(min(_MOST_PLACES, max(_FEWEST_PLACES, os.cpu_count() or 1)))
    atexit.register(pool.close)
    return pool


if hasattr(os, "register_at_fork"):  # a child must not speak to its parent's processes
    os.register_at_fork(after_in_child=decoders.cache_clear)


def _read(source: str | Path, name: str, most: int) -> bytes:
    try:
        if Path(source).is_dir():
            raise PhotoIsFolder(source=name)
        with Path(source).open("rb") as file:
            data = bytearray()
            while len(data) <= most and (part := file.read(_READ_BYTES)):
                data += part
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:  # ValueError: a NUL in the path
        raise PhotoMissing(source=name) from error
    except OSError as error:
        raise PhotoUnreadable(source=name, reason=error.strerror or error) from error
    if len(data) > most:
        raise PhotoTooCostly(source=name)
    return bytes(data)
