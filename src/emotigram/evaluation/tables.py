"""Data sets as rows: Parquet, CSV or TSV, alone or in a folder with their photos."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from emotigram.domain import Photo, PhotoLimits
from emotigram.errors import (
    ColumnMissing,
    DataAmbiguous,
    DataEmpty,
    DataMissing,
    DataPhoto,
    DataUnreadable,
    PhotoError,
    PhotoMissing,
    RowMalformed,
)
from emotigram.imaging.photos import open_photo

_KINDS = (".parquet", ".csv", ".tsv")
IMAGE_COLUMNS = ("image", "new_image_id", "image_id", "file_name")
PhotoSource = bytes | Path  # an encoded image, or the file that holds one


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one file; the first data row is number 1."""

    path: Path
    columns: tuple[str, ...]
    rows: list[dict[str, Any]]
    folders: tuple[Path, ...]  # where photos named in the table may lie

    def find(self, *names: str) -> str | None:
        """Return the first of the names that is a column."""
        return next((name for name in names if name in self.columns), None)

    def need(self, *names: str) -> str:
        """Return the first of the names that is a column; raises ColumnMissing."""
        found = self.find(*names)
        if found is None:
            raise ColumnMissing(path=self.path, wanted=", ".join(names), found=", ".join(self.columns))
        return found

    def photo(self, number: int, value: Any) -> PhotoSource | None:
        """Return a cell's image, or its file beside the table or one folder down; None for an empty cell.

        Raises DataPhoto where the file does not exist.
        """
        if not value:
            return None
        if isinstance(value, bytes):
            return value
        name = str(value)
        for folder in self.folders:
            if (folder / name).is_file():
                return folder / name
        raise DataPhoto(path=self.path, row=number, cause=PhotoMissing(source=name))

    def open(self, number: int, source: PhotoSource, limits: PhotoLimits) -> Photo:
        """Open a row's photo; raises DataPhoto."""
        try:
            return open_photo(source, **limits)
        except PhotoError as error:
            raise DataPhoto(path=self.path, row=number, cause=error) from error

    @property
    def sha256(self) -> str:
        """Checksum of the table's file, without photos that lie beside it."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def read_table(data: Path) -> Table:
    """Read a file, or the only table of a folder; raises DataMissing, DataUnreadable or DataEmpty."""
    path = _only_table(data) if data.is_dir() else data
    if not path.is_file():
        raise DataMissing(path=path)
    try:
        columns, rows = _read_parquet(path) if path.suffix == ".parquet" else _read_csv(path)
    except (pa.ArrowException, OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataUnreadable(path=path, reason=str(error).splitlines()[0]) from error
    if not rows:
        raise DataEmpty(path=path)
    folders = sorted(each for each in path.parent.iterdir() if each.is_dir())
    return Table(path, columns, rows, (path.parent, *folders))


def sample_rows(count: int, limit: int | None, seed: int) -> list[int]:
    """Which of ``count`` rows are measured: all, or a seeded sample of ``limit``, in order.

    A sample, because data sets are often sorted by label.
    """
    if limit is None or limit >= count:
        return list(range(count))
    return sorted(np.random.default_rng(seed).choice(count, limit, replace=False).tolist())


def _only_table(folder: Path) -> Path:
    found = sorted(path for path in folder.iterdir() if path.suffix in _KINDS)
    if not found:
        raise DataMissing(path=folder / f"*{_KINDS[1]}")
    if len(found) > 1:
        raise DataAmbiguous(path=folder, found=", ".join(path.name for path in found))
    return found[0]


def _read_parquet(path: Path) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    table = pq.read_table(path)
    return tuple(table.schema.names), table.to_pylist()


def _read_csv(path: Path) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file, delimiter="\t" if path.suffix == ".tsv" else ",", strict=True))
    columns, rows = tuple(lines[0] if lines else ()), [line for line in lines[1:] if line]
    for number, row in enumerate(rows, start=1):
        if len(row) != len(columns):
            raise RowMalformed(path=path, row=number, cells=len(row), columns=len(columns))
    return columns, [dict(zip(columns, row, strict=True)) for row in rows]
