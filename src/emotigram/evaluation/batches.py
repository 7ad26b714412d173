"""Rows in batches whose photos fit into any computer's memory, with a progress bar where somebody watches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from tqdm import tqdm

from emotigram.domain import Photo, PhotoLimits
from emotigram.evaluation.tables import PhotoSource, Table

_MOST_ROWS = 32
_MOST_PIXELS = 40_000_000  # 120 MB as RGB, or one large photo alone


class HasPhoto(Protocol):
    """A row of a data set."""

    @property
    def number(self) -> int: ...
    @property
    def photo(self) -> PhotoSource | None: ...


Row = TypeVar("Row", bound=HasPhoto)
Item = TypeVar("Item")


def open_in_batches(
    table: Table, rows: Sequence[Row], limits: PhotoLimits, title: str
) -> Iterator[list[tuple[Row, Photo | None]]]:
    """Group rows with their opened photos, by number and by pixels; raises DataPhoto."""
    batch: list[tuple[Row, Photo | None]] = []
    pixels = 0
    for row in watched(rows, title):
        photo = table.open(row.number, row.photo, limits) if row.photo is not None else None
        size = photo.image.width * photo.image.height if photo else 0
        if batch and (len(batch) == _MOST_ROWS or pixels + size > _MOST_PIXELS):
            yield batch
            batch, pixels = [], 0
        batch.append((row, photo))
        pixels += size
    if batch:
        yield batch


def watched(rows: Sequence[Item], title: str) -> Iterable[Item]:
    """The rows behind a progress bar on stderr; none where stderr is no terminal."""
    return tqdm(rows, desc=title, disable=None, leave=False)  # type: ignore[no-any-return]
