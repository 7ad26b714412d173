"""The public data sets that are known by name, and how the files of each are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from emotigram.evaluation.sentiment_data import SentimentRow, SentimentSet, read_sentiment
from emotigram.evaluation.tables import Table, read_table
from emotigram.training.multimodal.data import LABELS, SentimentExample
from emotigram.training.multimodal.strategies import BASELINE


@dataclass(frozen=True, slots=True)
class Source:
    """The files of a data set, by stem: to learn from, and to measure on ('' where there is none)."""

    title: str
    train: str
    held_out: str
    read: Callable[[Path, int], tuple[Table, list[SentimentExample]]]
    sentiment_sources: tuple[str, ...] = ()  # of the embedded affect model, that learned from these very rows
    fusion: str = BASELINE  # the most accurate of those that beat it significantly in docs/results.md, or else it


def photos_and_texts(path: Path, before: int) -> tuple[Table, list[SentimentExample]]:
    """Photos with their tweets (MVSA, the original's CSV), or with title and caption (MSED)."""
    found = read_sentiment(path, label=_label_column(path))
    return found.table, [_example(found, row, before) for row in found.rows]


def _label_column(path: Path) -> str:
    # files that label text, photo and both apart: what both say together is meant
    return read_table(path).need("multi_label", "sentiment", "txt_label")


def _tweets_about(path: Path, before: int) -> tuple[Table, list[SentimentExample]]:
    """Twitter-2015 and -2017: the text names its target, the photo is there as an automatic caption only."""
    found = read_sentiment(path, text_only=True)
    target, caption = found.table.need("target"), found.table.need("image_caption")
    return found.table, [
        replace(_example(found, row, before), target=str(cells[target]), caption=str(cells[caption] or ""))
        for row, cells in _with_cells(found)
    ]


def _twitter1517(path: Path, before: int) -> tuple[Table, list[SentimentExample]]:
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


def _example(found: SentimentSet, row: SentimentRow, before: int) -> SentimentExample:
    label = LABELS.index(str(row.truth["sentiment"]))
    cells = found.table.rows[row.number - 1]
    shown = cells.get("image")
    group = shown if isinstance(shown, str) and shown else "".join(row.text.lower().split()) or str(before + row.number)
    return SentimentExample(before + row.number - 1, row.text, row.photo, label, group=group)


DATASETS: dict[str, Source] = {
    "twitter1517": Source("Twitter1517", "twitter1517-train", "", _twitter1517, ("twitter1517",)),
    "twitter2015": Source("Twitter-2015", "twitter2015-train", "twitter2015-dev", _tweets_about, ("twitter1517",)),
    "twitter2017": Source("Twitter-2017", "twitter2017-train", "twitter2017-dev", _tweets_about, ("twitter1517",)),
    "mvsa": Source("MVSA-Single", "mvsa-train", "", photos_and_texts, ("mvsa",), "late_evidential"),
    "msed": Source("MSED", "msed-train", "msed-dev", photos_and_texts, ("msed",)),
}
