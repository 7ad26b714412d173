"""Data sets for multimodal sentiment: rows in three parts, to learn from, to stop and calibrate by, and to measure on.

No figure is taken on rows that chose anything: those to measure on (``held_out``) are never those that early stopping
and calibration see (``validation``). Of a set's own validation file one half is for the one and one for the other, by
the seed's parity; a set without such a file holds every tenth row out, or one of several folds, and validates on a part
of the rest. For a file of its own matters: the embedded image encoder knows MSED's training photos by heart.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from emotigram.errors import DataMissing, TooFewRows, UnknownName
from emotigram.evaluation.sentiment_data import SENTIMENTS, SentimentRow, SentimentSet, read_sentiment
from emotigram.evaluation.tables import PhotoSource, Table, read_table

LABELS = SENTIMENTS
_HELD_OUT_EVERY = 10  # as everywhere in this project
_FEWEST = 20
CONTROL = "text_only"
_SPLIT = "held out"  # of folds and halves: the same for every run, so that strategies and seeds meet the same rows


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled row. ``photo`` may be None; ``caption`` says automatically what is in it ('' for nobody knows)."""

    number: int  # of the row in its data set, over all its files
    text: str
    photo: PhotoSource | None
    label: int  # index into LABELS
    target: str = ""  # what of the text the sentiment is about
    caption: str = ""
    group: str = ""  # rows that show the same photo or say the same stay in the same part


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set in three parts; ``tables`` are its files, where photos are opened from."""

    key: str
    title: str
    tables: tuple[Table, ...]
    train: tuple[Example, ...]
    validation: tuple[Example, ...]
    held_out: tuple[Example, ...]

    @property
    def examples(self) -> tuple[Example, ...]:
        """All rows."""
        return self.train + self.validation + self.held_out

    @property
    def has_photos(self) -> bool:
        """Whether any row has one."""
        return any(row.photo is not None for row in self.examples)

    def table_of(self, example: Example) -> tuple[Table, int]:
        """The file of a row and the row's number in it, from 1."""
        number = example.number
        for table in self.tables:
            if number < len(table.rows):
                return table, number + 1
            number -= len(table.rows)
        raise IndexError(example.number)


@dataclass(frozen=True, slots=True)
class _Source:
    """The files of a data set, by stem: to learn from, and to measure on ('' where there is none)."""

    title: str
    train: str
    held_out: str
    read: Callable[[Path, int], tuple[Table, list[Example]]]
    sentiment_sources: tuple[str, ...] = ()  # of the embedded affect model, that learned from these very rows
    fusion: str = CONTROL  # the most accurate of those that beat it significantly in docs/results.md, or else it


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


def _dataset(
    key: str,
    title: str,
    tables: Sequence[Table],
    train: list[Example],
    validation: list[Example],
    held_out: list[Example],
) -> Dataset:
    for part in (train, validation, held_out):
        if len(part) < _FEWEST:
            raise TooFewRows(path=tables[0].path, rows=len(part), wanted=_FEWEST)
    return Dataset(key, title, tuple(tables), tuple(train), tuple(validation), tuple(held_out))


def _every_tenth(rows: list[Example]) -> tuple[list[Example], list[Example]]:
    return _parted(rows, [row.number % _HELD_OUT_EVERY == 0 for row in rows])


def _with_validation(rows: list[Example], share: float, seed: int) -> tuple[list[Example], list[Example]]:
    every = max(2, round(1 / share))
    return _parted(rows, [_drawn(row.group, f"validation {seed}") % every == 0 for row in rows])


def _read_folder(data: Path, share: float, seed: int) -> Dataset:
    """``train.csv``, its photos and, where there are, ``val.csv`` (or dev, valid, validation) and ``test.csv``."""
    files = {part: _named(data, names) for part, names in _FOLDER_FILES.items()}
    if files["train"] is None:
        raise DataMissing(path=data / "train.csv")
    tables: list[Table] = []
    parts: dict[str, list[Example]] = {}
    for part, path in files.items():
        if path is not None:
            table, parts[part] = _photos_and_texts(path, sum(len(each.rows) for each in tables))
            tables.append(table)
    rows, held_out = (parts["train"], parts["test"]) if "test" in parts else _every_tenth(parts["train"])
    if "validation" in parts:
        train, validation = rows, _not_in(parts["validation"], held_out)
    else:
        train, validation = _with_validation(_not_in(rows, held_out), share, seed)
    return _dataset("folder", data.name, tables, _not_in(train, [*held_out, *validation]), validation, held_out)


_FOLDER_FILES = {
    "train": ("train",),
    "validation": ("val", "dev", "valid", "validation"),
    "test": ("test",),
}


def _named(data: Path, names: Sequence[str]) -> Path | None:
    files = [data / f"{name}{kind}" for name in names for kind in (".csv", ".tsv", ".parquet")]
    return next((path for path in files if path.is_file()), None)


def _file(data: Path, stem: str) -> Path:
    path = data / f"{stem}.parquet"
    if not path.is_file():
        raise DataMissing(path=path)
    return path


def _photos_and_texts(path: Path, before: int) -> tuple[Table, list[Example]]:
    """Photos with their tweets (MVSA, the original's CSV), or with title and caption (MSED)."""
    found = read_sentiment(path, label=_label_column(path))
    return found.table, [_example(found, row, before) for row in found.rows]


def _label_column(path: Path) -> str:
    # files that label text, photo and both apart: what both say together is meant
    return read_table(path).need("multi_label", "sentiment", "txt_label")


def _tweets_about(path: Path, before: int) -> tuple[Table, list[Example]]:
    """Twitter-2015 and -2017: the text names its target, the photo is there as an automatic caption only."""
    found = read_sentiment(path, text_only=True)
    target, caption = found.table.need("target"), found.table.need("image_caption")
    return found.table, [
        replace(_example(found, row, before), target=str(cells[target]), caption=str(cells[caption] or ""))
        for row, cells in _with_cells(found)
    ]


def _twitter1517(path: Path, before: int) -> tuple[Table, list[Example]]:
    """Twitter1517: photos are not to be had, but Twitter-2015 and -2017 caption most of them automatically."""
    found = read_sentiment(path, text_only=True, label="multi_label")
    captions = _captions_of_photos(path.parent)
    return found.table, [
        replace(
            _example(found, row, before),
            caption=captions.get(str(cells.get("original_image_id")), ""),
            group=str(cells.get("original_image_id") or row.number),
        )
        for row, cells in _with_cells(found)
    ]


def _captions_of_photos(folder: Path) -> dict[str, str]:
    """Photo to automatic caption, from whatever files of Twitter-2015 and -2017 lie in the folder."""
    captions: dict[str, str] = {}
    for path in sorted(folder.glob("twitter201[57]-*.parquet")):
        captions |= {str(row["image"]): str(row["image_caption"] or "") for row in read_table(path).rows}
    return captions


def _with_cells(found: SentimentSet) -> list[tuple[SentimentRow, Mapping[str, Any]]]:
    return [(row, found.table.rows[row.number - 1]) for row in found.rows]


def _example(found: SentimentSet, row: SentimentRow, before: int) -> Example:
    label = LABELS.index(str(row.truth["sentiment"]))
    cells = found.table.rows[row.number - 1]
    shown = cells.get("image")
    group = shown if isinstance(shown, str) and shown else "".join(row.text.lower().split()) or str(before + row.number)
    return Example(before + row.number - 1, row.text, row.photo, label, group=group)


def _drawn(group: str, purpose: str) -> int:
    """A number of a group for a purpose, the same on every machine."""
    return zlib.crc32(f"{purpose} {group}".encode())


def _parted(rows: Sequence[Example], is_second: Sequence[bool]) -> tuple[list[Example], list[Example]]:
    parts: tuple[list[Example], list[Example]] = ([], [])
    for row, second in zip(rows, is_second, strict=True):
        parts[second].append(row)
    return parts


def _not_in(rows: Sequence[Example], kept: Sequence[Example]) -> list[Example]:
    """Rows whose photo and text stand nowhere in ``kept``."""
    groups = {row.group for row in kept}
    return [row for row in rows if row.group not in groups]


DATASETS: dict[str, _Source] = {
    "twitter1517": _Source("Twitter1517", "twitter1517-train", "", _twitter1517, ("twitter1517",)),
    "twitter2015": _Source("Twitter-2015", "twitter2015-train", "twitter2015-dev", _tweets_about, ("twitter1517",)),
    "twitter2017": _Source("Twitter-2017", "twitter2017-train", "twitter2017-dev", _tweets_about, ("twitter1517",)),
    "mvsa": _Source("MVSA-Single", "mvsa-train", "", _photos_and_texts, ("mvsa",), "late_evidential"),
    "msed": _Source("MSED", "msed-train", "msed-dev", _photos_and_texts, ("msed",)),
}
