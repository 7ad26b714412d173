"""Open photos safely: upright RGB pixels, nothing else kept."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from PIL import Image
from PIL.ImageFile import ImageFile

from emotigram.domain import Photo
from emotigram.errors import (
    PhotoDamaged,
    PhotoEmpty,
    PhotoIsFolder,
    PhotoMissing,
    PhotoNotAnImage,
    PhotoTooLarge,
    PhotoUnreadable,
)
from emotigram.imaging.formats import HEAD_BYTES, Decoder, find_decoder, is_tiff
from emotigram.imaging.upright import rebuild

BinaryFile: TypeAlias = io.BufferedReader | io.BytesIO

_ORIENTATION = 0x0112
# What decoders are known to raise on hostile bytes; all of it says the same: the file is damaged.
_FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    Image.DecompressionBombError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
# Muting warnings and stderr touches the whole process, so one photo is decoded at a time.
_one_at_a_time = threading.Lock()


def open_photo(source: str | Path | bytes, max_megapixels: float = 100, name: str = "") -> Photo:
    """Decode a file or its bytes, the first frame where there are several.

    The size is checked from the header, before any pixel is decoded. ``name`` is what the photo and errors call it
    where that is not its path. Raises PhotoError.
    """
    name = name or ("bytes" if isinstance(source, bytes) else str(source))
    with _open_file(source, name) as file:
        head = file.read(HEAD_BYTES)
        if not head:
            raise PhotoEmpty(source=name)
        decoder = find_decoder(head)
        if decoder is None:
            raise PhotoNotAnImage(source=name)
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        with _one_at_a_time, _quiet(mute_stderr=is_tiff(head)):
            return Photo(_decode(decoder, file, name, max_megapixels), name, digest)


def _open_file(source: str | Path | bytes, name: str) -> BinaryFile:
    if isinstance(source, bytes):
        return io.BytesIO(source)
    try:
        if Path(source).is_dir():
            raise PhotoIsFolder(source=name)
        file = Path(source).open("rb")  # noqa: SIM115  # the caller closes it
        if file.seekable():
            return file
        with file as pipe:
            return io.BytesIO(pipe.read())
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:  # ValueError: a NUL in the path
        raise PhotoMissing(source=name) from error
    except OSError as error:
        raise PhotoUnreadable(source=name, reason=error.strerror or error) from error


def _decode(decoder: Decoder, file: BinaryFile, name: str, max_megapixels: float) -> Image.Image:
    try:
        image = decoder(file, "")
    except _FAULTS as error:
        raise PhotoDamaged(source=name) from error
    with image:
        width, height = image.size
        if width * height > max_megapixels * 1e6:
            raise PhotoTooLarge(source=name, width_px=width, height_px=height, limit_mp=max_megapixels)
        try:
            image.load()
            return rebuild(image, _orientation(image))
        except _FAULTS as error:
            raise PhotoDamaged(source=name) from error


def _orientation(image: ImageFile) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except _FAULTS:  # broken metadata is no reason to refuse good pixels
        return 1


@contextmanager
def _quiet(*, mute_stderr: bool) -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if not mute_stderr:
            yield
            return
        # libtiff complains of a damaged file on the process's stderr itself; the typed error says enough.
        with _stderr_muted():
            yield


@contextmanager
def _stderr_muted() -> Iterator[None]:
    try:
        kept = os.dup(2)
    except OSError:  # there is no stderr to mute
        yield
        return
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
