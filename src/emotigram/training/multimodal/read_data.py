"""Reads data sets into three parts: rows to learn from, to stop and calibrate by, and to measure on.

No figure is taken on rows that chose anything: those to measure on (``held_out``) are never those that early stopping
and calibration see (``validation``). Of a set's own validation file one half is for the one and one for the other, by
the seed's parity; a set without such a file holds every tenth row out, or one of several folds, and validates on a part
of the rest. For a file of its own matters: the embedded image encoder knows MSED's training photos by heart.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

from emotigram.errors import DataMissing, TooFewRows, UnknownName
from emotigram.evaluation.tables import Table
from emotigram.training.multimodal.data import Dataset, SentimentExample
from emotigram.training.multimodal.sources import DATASETS, photos_and_texts
from emotigram.training.photo_sets import HELD_OUT_EVERY

_FEWEST = 20
_SPLIT = "held out"  # of folds and halves: the same for every run, so that strategies and seeds meet the same rows
_FOLDER_FILES = {
    "train": ("train",),
    "validation": ("val", "dev", "valid", "validation"),
    "test": ("test",),
}


def read_dataset(
    key: str, data: Path, *, validation_share: float, seed: int = 0, fold: int = -1, folds: int = 0
) -> Dataset:
    """Read a set of ``DATASETS`` from a folder of Parquet files, or ``folder``: CSV files and their photos.

    With ``folds``, fold number ``fold`` of all training rows is held out and a validation file is not used.
    Raises DataError, TooFewRows or UnknownName.
    """
    if key == "folder":
        return _read_folder(data, validation_share, seed)
    if key not in DATASETS:
        raise UnknownName(kind="data set", name=key, known=", ".join([*DATASETS, "folder"]))
    source = DATASETS[key]
    table, rows = source.read(_file(data, source.train), 0)
    if source.held_out and not folds:
        other, rest = source.read(_file(data, source.held_out), len(table.rows))
        validation, held_out = _parted(rest, [(_drawn(row.group, _SPLIT) + seed) % 2 == 0 for row in rest])
        return _dataset(key, source.title, [table, other], _not_in(rows, rest), validation, held_out)
    if folds:
        rows, held_out = _parted(rows, [_drawn(row.group, _SPLIT) % folds == fold for row in rows])
    else:
        rows, held_out = _every_tenth(rows)
    train, validation = _with_validation(_not_in(rows, held_out), validation_share, seed)
    return _dataset(key, source.title, [table], train, validation, held_out)


def _read_folder(data: Path, share: float, seed: int) -> Dataset:
    """``train.csv``, its photos and, where there are, ``val.csv`` (or dev, valid, validation) and ``test.csv``."""
    files = {part: _named(data, names) for part, names in _FOLDER_FILES.items()}
    if files["train"] is None:
        raise DataMissing(path=data / "train.csv")
    tables: list[Table] = []
    parts: dict[str, list[SentimentExample]] = {}
    for part, path in files.items():
        if path is not None:
            table, parts[part] = photos_and_texts(path, sum(len(each.rows) for each in tables))
            tables.append(table)
    rows, held_out = (parts["train"], parts["test"]) if "test" in parts else _every_tenth(parts["train"])
    if "validation" in parts:
        train, validation = rows, _not_in(parts["validation"], held_out)
    else:
        train, validation = _with_validation(_not_in(rows, held_out), share, seed)
    return _dataset("folder", data.name, tables, _not_in(train, [*held_out, *validation]), validation, held_out)


def _dataset(
    key: str,
    title: str,
    tables: Sequence[Table],
    train: list[SentimentExample],
    validation: list[SentimentExample],
    held_out: list[SentimentExample],
) -> Dataset:
    for part in (train, validation, held_out):
        if len(part) < _FEWEST:
            raise TooFewRows(path=tables[0].path, rows=len(part), wanted=_FEWEST)
    return Dataset(key, title, tuple(tables), tuple(train), tuple(validation), tuple(held_out))


def _every_tenth(rows: list[SentimentExample]) -> tuple[list[SentimentExample], list[SentimentExample]]:
    return _parted(rows, [row.number % HELD_OUT_EVERY == 0 for row in rows])


def _with_validation(
    rows: list[SentimentExample], share: float, seed: int
) -> tuple[list[SentimentExample], list[SentimentExample]]:
    every = max(2, round(1 / share))
    return _parted(rows, [_drawn(row.group, f"validation {seed}") % every == 0 for row in rows])


def _named(data: Path, names: Sequence[str]) -> Path | None:
    files = [data / f"{name}{kind}" for name in names for kind in (".csv", ".tsv", ".parquet")]
    return next((path for path in files if path.is_file()), None)


def _file(data: Path, stem: str) -> Path:
    path = data / f"{stem}.parquet"
    if not path.is_file():
        raise DataMissing(path=path)
    return path


def _drawn(group: str, purpose: str) -> int:
    """A number of a group for a purpose, the same on every machine."""
    return zlib.crc32(f"{purpose} {group}".encode())


def _parted(
    rows: Sequence[SentimentExample], is_second: Sequence[bool]
) -> tuple[list[SentimentExample], list[SentimentExample]]:
    parts: tuple[list[SentimentExample], list[SentimentExample]] = ([], [])
    for row, second in zip(rows, is_second, strict=True):
        parts[second].append(row)
    return parts


def _not_in(rows: Sequence[SentimentExample], kept: Sequence[SentimentExample]) -> list[SentimentExample]:
    """Rows whose photo and text stand nowhere in ``kept``."""
    groups = {row.group for row in kept}
    return [row for row in rows if row.group not in groups]
