"""The photo sets with what is written of each photo, cached as rows and an array of pixels."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from emotigram.errors import LabelUnknown
from emotigram.evaluation.sentiment_data import SENTIMENTS
from emotigram.evaluation.tables import Table, read_table
from emotigram.inference.backbone import SIDE_PX
from emotigram.inference.pixels import squash

_MAX_MEGAPIXELS = 100
_NEUTRAL_VALENCE = (3.5, 4.6)
HELD_OUT_EVERY = 10  # sets without a validation file give every tenth row to validation
# rows that nothing is trained or calibrated on: a person describes them before the models do
ASIDE_EVERY = {"coco": 35, "mvsa": 107}
_ASIDE = 5  # the first of them; no tenth row

# file stem -> (is the whole file validation, is it split by us)
PHOTO_SETS = {
    "flickr8k-train": (False, False),
    "flickr8k-val": (True, False),
    "msed-train": (False, False),
    "msed-dev": (True, False),
    "mvsa-train": (False, True),
    "oasis-train": (False, True),
    "scenes-train": (False, True),
    "weather-train": (False, True),
    "coco-captioned-train": (False, True),
    "emotic-coco-train": (False, True),
    "deepsent-twitter-train": (False, True),
    "imagenet-samples-train": (False, True),
}
_WEAK = ("objects", "imagenet")  # what other networks saw
_COLUMNS = {
    "flickr8k": ("captions_en", "captions_zh", *_WEAK),
    "msed": ("title", "caption", "sentiment", "emotion", *_WEAK),
    "mvsa": ("text", "sentiment", *_WEAK),
    "oasis": ("valence_mean", "arousal_mean", *_WEAK),
    "scenes": ("scene", *_WEAK),
    "weather": ("weather", *_WEAK),
    "coco": ("id", "captions_en", "captions_zh"),
    "emotic": ("id", "valence", "arousal"),
    "deepsent": ("sentiment",),
    "imagenet": ("label",),
}
_SCALES = {"oasis": (1, 7), "emotic": (1, 10)}  # of valence and arousal


def prepare_photos(data_dir: Path, cache_dir: Path) -> None:
    """Write ``rows.jsonl`` and ``pixels.npy`` (photos, 260, 260, 3), row for row; the latter stands for both.

    Raises DataError naming file and row; then nothing is written.
    """
    tables = {stem: read_table(data_dir / f"{stem}.parquet") for stem in PHOTO_SETS}
    for stem, table in tables.items():
        for column in ("image", *_COLUMNS[stem.partition("-")[0]]):
            table.need(column)
    rows = _apart([row for stem, table in tables.items() for row in _rows(table, stem)])
    with TemporaryDirectory(dir=cache_dir.parent) as folder:
        unfinished = Path(folder) / "pixels.npy"
        shape = (len(rows), SIDE_PX, SIDE_PX, 3)
        pixels = np.lib.format.open_memmap(unfinished, "w+", np.uint8, shape)
        every = (photo for stem, table in tables.items() for photo in _photos(table, stem))
        for place, photo in zip(pixels, every, strict=True):
            place[:] = photo
        pixels.flush()
        cache_dir.mkdir(parents=True, exist_ok=True)
        (cache_dir / "rows.jsonl").write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
        unfinished.replace(cache_dir / "pixels.npy")


def load_rows(cache_dir: Path) -> list[dict[str, Any]]:
    """Read the prepared rows, in the order of the arrays."""
    return [json.loads(line) for line in (cache_dir / "rows.jsonl").read_text("utf-8").splitlines()]


def aside_rows(name: str, count: int) -> range:
    """Which of a set's rows, from 0, nothing is trained or calibrated on; KeyError for a set without such rows."""
    return range(_ASIDE, count, ASIDE_EVERY[name])


def _rows(table: Table, stem: str) -> Iterator[dict[str, Any]]:
    name = stem.partition("-")[0]
    for index in range(len(table.rows)):
        yield {"set": name, "split": _split(stem, name, index), **_row(table, index, name)}


def _apart(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with a photo that two sets share in one split: what COCO keeps from training, EMOTIC may not give it."""
    kept = {row["id"]: row["split"] for row in rows if row["set"] == "coco" and row["split"] != "train"}
    return [row | {"split": kept[row["id"]]} if row["set"] == "emotic" and row["id"] in kept else row for row in rows]


def _split(stem: str, name: str, index: int) -> str:
    is_validation, is_split = PHOTO_SETS[stem]
    if name in ASIDE_EVERY and index in aside_rows(name, index + 1):
        return "aside"
    return "val" if is_validation or (is_split and index % HELD_OUT_EVERY == 0) else "train"


def _photos(table: Table, title: str) -> Iterator[NDArray[np.uint8]]:
    for number, row in enumerate(tqdm(table.rows, desc=title, mininterval=5), start=1):
        source = table.photo(number, row["image"] or "(none)")
        assert source is not None  # an empty cell is a file that does not exist
        yield squash(table.open(number, source, {"max_megapixels": _MAX_MEGAPIXELS}).image, SIDE_PX)


def _row(table: Table, index: int, name: str) -> dict[str, Any]:
    row = table.rows[index]
    sentiment = row.get("sentiment") or _by_valence(row.get("valence_mean"))
    if sentiment and sentiment not in SENTIMENTS:
        known = ", ".join(SENTIMENTS)
        raise LabelUnknown(path=table.path, row=index + 1, column="sentiment", label=sentiment, known=known)
    label = row.get("scene") or row.get("weather") or row.get("label") or ""
    rated = {key: row.get(f"{key}_mean", row.get(key)) for key in ("valence", "arousal")}
    return {
        "id": row.get("id", ""),
        "label": row["id"].rsplit(" ", 1)[0] if name == "oasis" else label,
        "captions_en": list(row.get("captions_en") or ([row["caption"]] if name == "msed" else [])),
        "captions_zh": list(row.get("captions_zh") or []),
        "text": row.get("text") or row.get("title") or "",
        "emotion": row.get("emotion") or "",
        **{key: _centred(value, name) for key, value in rated.items()},
        "sentiment": sentiment,
        "objects": row.get("objects", ""),
        "imagenet": row.get("imagenet", "[]"),
    }


def _centred(rating: float | None, name: str) -> float | None:
    """A rating on a scale from -1 to 1, None where there is none."""
    if rating is None or name not in _SCALES:
        return None
    least, most = _SCALES[name]
    return (rating - (least + most) / 2) / ((most - least) / 2)


def _by_valence(valence: float | None) -> str:
    """Sentiment from OASIS's mean valence, which goes from 1 to 7 with 4 in the middle; '' for none."""
    if valence is None:
        return ""
    return "negative" if valence < _NEUTRAL_VALENCE[0] else "positive" if valence > _NEUTRAL_VALENCE[1] else "neutral"
