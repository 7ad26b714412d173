"""Many photos in batches small enough for any computer's memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from emotigram.domain import Photo, PhotoLimits
from emotigram.errors import PhotoError
from emotigram.imaging.photos import open_photo

_MOST_PHOTOS = 8
_MOST_PIXELS = 40_000_000  # 120 MB as RGB, or one large photo alone


def open_photos(paths: Iterable[Path], limits: PhotoLimits, on_error: Callable[[PhotoError], None]) -> Iterator[Photo]:
    """Open the photos that can be opened, in order; ``on_error`` hears of the others."""
    for path in paths:
        try:
            photo = open_photo(path, **limits)
        except PhotoError as error:
            on_error(error)
        else:
            yield photo


def in_batches(photos: Iterable[Photo]) -> Iterator[list[Photo]]:
    """Group photos in order, by number and by pixels."""
    batch: list[Photo] = []
    for photo in photos:
        if len(batch) == _MOST_PHOTOS or (batch and _pixels([*batch, photo]) > _MOST_PIXELS):
            yield batch
            batch = []
        batch.append(photo)
    if batch:
        yield batch


def _pixels(photos: list[Photo]) -> int:
    return sum(photo.image.width * photo.image.height for photo in photos)
