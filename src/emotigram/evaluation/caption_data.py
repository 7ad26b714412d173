"""Photos with reference captions, in as many languages as the data set has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emotigram import catalogue
from emotigram.errors import CaptionsEmpty, DataPhoto, PhotoMissing
from emotigram.evaluation.caption_metrics import split_words
from emotigram.evaluation.tables import IMAGE_COLUMNS, PhotoSource, Table, read_table

_PLAIN_COLUMNS = ("captions", "caption")


@dataclass(frozen=True, slots=True)
class CaptionRow:
    """One photo, the number of its first row, and its references per language (at least one each)."""

    number: int
    photo: PhotoSource
    captions: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class CaptionSet:
    """A whole data set for captions."""

    table: Table
    languages: tuple[str, ...]
    rows: list[CaptionRow]


def read_captions(data: Path, language: str | None = None) -> CaptionSet:
    """Read a table with an image column and ``captions_en``, ``captions_zh`` etc., lists or single sentences.

    In CSV a cell may hold a JSON list, and rows of the same image are joined. ``language`` leaves out the others; a
    column ``captions`` or ``caption`` is in it (English where none is named). Raises DataError.
    """
    table = read_table(data)
    image = table.need(*IMAGE_COLUMNS)
    columns = _caption_columns(table, language)
    photos: dict[object, tuple[int, PhotoSource]] = {}
    captions: dict[object, dict[str, tuple[str, ...]]] = {}
    for number, row in enumerate(table.rows, start=1):
        source = table.photo(number, row[image])
        if source is None:
            raise DataPhoto(path=table.path, row=number, cause=PhotoMissing(source="''"))
        key = number if isinstance(source, bytes) else source
        photos.setdefault(key, (number, source))
        own = captions.setdefault(key, dict.fromkeys(columns, ()))
        for tongue, column in columns.items():
            own[tongue] += _references(table, number, column, row[column], tongue)
    rows = [CaptionRow(number, source, captions[key]) for key, (number, source) in photos.items()]
    return CaptionSet(table, tuple(columns), rows)


def _caption_columns(table: Table, language: str | None) -> dict[str, str]:
    """Language to column; raises ColumnMissing where there is none."""
    asked = [language] if language else [each.key for each in catalogue.languages()]
    named = {key: [f"captions_{key}", f"caption_{key}"] for key in asked}
    named[language or "en"] += _PLAIN_COLUMNS
    found = {key: column for key, names in named.items() if (column := table.find(*names))}
    if not found:
        table.need(*(name for names in named.values() for name in names))
    return found


def _references(table: Table, number: int, column: str, value: Any, language: str) -> tuple[str, ...]:
    texts = tuple(text for text in listed(value) if split_words(text, language))
    if not texts:
        raise CaptionsEmpty(path=table.path, row=number, column=column)
    return texts


def listed(value: Any) -> list[str]:
    """The texts of a cell: one, a list, or in CSV a JSON list; [] where there is none."""
    if isinstance(value, str):
        if not value.lstrip().startswith("["):
            return [value]
        try:
            value = json.loads(value)
        except ValueError:  # a sentence that begins with a bracket
            return [value]
    return [str(each) for each in value or []]
