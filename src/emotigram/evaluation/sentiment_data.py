"""Photos and texts with sentiment, emotion, valence or arousal, as the usual data sets label them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emotigram.domain import EMOTIONS
from emotigram.errors import ColumnMissing, DataEmpty, LabelUnknown
from emotigram.evaluation.tables import IMAGE_COLUMNS, PhotoSource, Table, read_table

SENTIMENTS = ("negative", "neutral", "positive")
_SENTIMENT_NAMES = {**{name: name for name in SENTIMENTS}, "-1": "negative", "0": "neutral", "1": "positive"}
# MSED says happiness and sad, SMP2020-EWECT happy, angry and sad, GoEmotions as we do.
_EMOTION_NAMES = {
    **{name: name for name in EMOTIONS},
    **{"happiness": "joy", "happy": "joy", "sad": "sadness", "angry": "anger"},
}
_SENTIMENT_COLUMNS = ("sentiment", "multi_label", "txt_label")
_EMOTION_COLUMNS = ("emotion", "emotions")
_TEXT_COLUMNS = ("text", "txt")
_RATED = {"valence": "valence_mean", "arousal": "arousal_mean"}  # OASIS: Kurdi, Lozano & Banaji 2017, rated 1 to 7

Label = str | float


@dataclass(frozen=True, slots=True)
class SentimentRow:
    """A photo, a text or both with the truth per target: ``sentiment``, ``emotion``, ``valence``, ``arousal``."""

    number: int
    photo: PhotoSource | None
    text: str
    truth: Mapping[str, Label]


@dataclass(frozen=True, slots=True)
class SentimentSet:
    """A whole data set; ``labels`` holds the classes that occur in it, ``left_out`` why rows were."""

    table: Table
    columns: Mapping[str, str]  # target -> column
    labels: Mapping[str, tuple[str, ...]]
    rows: list[SentimentRow]
    left_out: Mapping[str, int] = field(default_factory=dict)


def read_sentiment(data: Path, *, text_only: bool = False, label: str | None = None) -> SentimentSet:
    """Read a table with photos, texts or both and at least one kind of label.

    ``text_only`` leaves photos alone, which then need not exist; ``label`` is the column of the sentiment where it
    is not to be guessed. Raises DataError naming the row.
    """
    table = read_table(data)
    columns = {"sentiment": table.need(label)} if label else _label_columns(table, text_only)
    image = None if text_only else table.find(*IMAGE_COLUMNS)
    words = _text_reader(table)
    if image is None and words is None:
        table.need(*IMAGE_COLUMNS, *_TEXT_COLUMNS)
    left_out: Counter[str] = Counter()
    rows = []
    for number, row in enumerate(table.rows, start=1):
        truth = dict(_truth(table, number, row, columns))
        photo = table.photo(number, row[image]) if image else None
        text = words(row) if words else ""
        if not truth:
            left_out["several emotions"] += 1
        elif photo is None and not text:
            left_out["neither photo nor text"] += 1
        else:
            rows.append(SentimentRow(number, photo, text, truth))
    if not rows:
        raise DataEmpty(path=table.path)
    return SentimentSet(table, columns, _labels_present(rows), rows, dict(left_out))


def _label_columns(table: Table, text_only: bool) -> dict[str, str]:
    sentiment = ("sentiment", "txt_label", "multi_label") if text_only else _SENTIMENT_COLUMNS
    wanted = {"sentiment": sentiment, "emotion": _EMOTION_COLUMNS, **{key: (name,) for key, name in _RATED.items()}}
    found = {target: column for target, names in wanted.items() if (column := table.find(*names))}
    if not found:
        names = [name for group in wanted.values() for name in group]
        raise ColumnMissing(path=table.path, wanted=", ".join(names), found=", ".join(table.columns))
    return found


def _text_reader(table: Table) -> Callable[[Mapping[str, Any]], str] | None:
    column = table.find(*_TEXT_COLUMNS)
    if column:
        return lambda row: _with_target(str(row[column] or "").strip(), row)
    if table.find("title") and table.find("caption"):
        return lambda row: _title_and_caption(str(row["title"] or "").strip(), str(row["caption"] or "").strip())
    return None


def _with_target(text: str, row: Mapping[str, Any]) -> str:
    # Twitter-2015/2017 put $T$ for the name that the sentiment is about
    return text.replace("$T$", str(row["target"])) if row.get("target") else text


def _title_and_caption(title: str, caption: str) -> str:
    return caption if caption.startswith(title) else f"{title} {caption}".strip()  # MSED often repeats the title


def _truth(
    table: Table, number: int, row: Mapping[str, Any], columns: Mapping[str, str]
) -> Iterator[tuple[str, Label]]:
    for target, column in columns.items():
        value = row[column]
        if target in _RATED:
            yield target, _rating(table, number, column, value)
        elif not isinstance(value, list):
            names = _SENTIMENT_NAMES if target == "sentiment" else _EMOTION_NAMES
            yield target, _class(table, number, column, value, names)
        elif len(value) == 1:  # GoEmotions: rows with several emotions have no one truth
            yield target, _class(table, number, column, value[0], _EMOTION_NAMES)
        elif not value:
            raise _unknown(table, number, column, value, _EMOTION_NAMES)


def _class(table: Table, number: int, column: str, value: Any, names: Mapping[str, str]) -> str:
    name = str("" if value is None else value).strip().lower()
    if name not in names:
        raise _unknown(table, number, column, value, names)
    return names[name]


def _rating(table: Table, number: int, column: str, value: Any) -> float:
    """Map a rating from 1 to 7 to -1 to 1."""
    try:
        rating = float(value)
    except (TypeError, ValueError):
        rating = float("nan")
    if not 1 <= rating <= 7:
        raise _unknown(table, number, column, value, ["1 … 7"])
    return (rating - 4) / 3


def _unknown(table: Table, number: int, column: str, value: Any, known: Any) -> LabelUnknown:
    return LabelUnknown(path=table.path, row=number, column=column, label=value, known=", ".join(known))


def _labels_present(rows: list[SentimentRow]) -> dict[str, tuple[str, ...]]:
    seen = {target: {row.truth.get(target) for row in rows} for target in ("sentiment", "emotion")}
    every = {"sentiment": SENTIMENTS, "emotion": EMOTIONS}
    present = {target: tuple(name for name in every[target] if name in seen[target]) for target in seen}
    # where only one class occurs the others must stay possible
    return {target: names if len(names) > 1 else every[target] for target, names in present.items() if names}
