"""The photo sets with what is written of each photo, cached as rows and an array of pixels."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from emotigram.errors import LabelUnknown
from emotigram.evaluation.sentiment_data import SENTIMENTS
from emotigram.evaluation.tables import Table, read_table
from emotigram.inference.pixels import squash

STORED_PX = 192
_MAX_MEGAPIXELS = 100
_NEUTRAL_VALENCE = (3.5, 4.6)
HELD_OUT_EVERY = 10  # sets without a validation file give every tenth row to validation

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
}
_COLUMNS = {
    "flickr8k": ("captions_en", "captions_zh"),
    "msed": ("title", "caption", "sentiment", "emotion"),
    "mvsa": ("text", "sentiment"),
    "oasis": ("valence_mean", "arousal_mean"),
    "scenes": ("scene",),
    "weather": ("weather",),
}


def prepare_photos(data_dir: Path, cache_dir: Path) -> None:
    """Write ``rows.jsonl`` and ``pixels.npy`` (photos, 192, 192, 3), row for row; the latter stands for both.

    Raises DataError naming file and row; then nothing is written.
    """
    rows, pixels = [], []
    for stem, (is_validation, is_split) in PHOTO_SETS.items():
        table = read_table(data_dir / f"{stem}.parquet")
        name = stem.split("-")[0]
        for column in ("image", "objects", "imagenet", *_COLUMNS[name]):
            table.need(column)
        for index, photo in enumerate(_photos(table, stem)):
            held_out = is_validation or (is_split and index % HELD_OUT_EVERY == 0)
            rows.append({"set": name, "split": "val" if held_out else "train", **_row(table, index, name)})
            pixels.append(photo)
    cache_dir.mkdir(parents=True, exist_ok=True)
    (cache_dir / "rows.jsonl").write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    np.save(cache_dir / "pixels.npy", np.stack(pixels))


def load_rows(cache_dir: Path) -> list[dict[str, Any]]:
    """Read the prepared rows, in the order of the arrays."""
    return [json.loads(line) for line in (cache_dir / "rows.jsonl").read_text("utf-8").splitlines()]


def _photos(table: Table, title: str) -> Iterator[NDArray[np.uint8]]:
    for number, row in enumerate(tqdm(table.rows, desc=title, mininterval=5), start=1):
        source = table.photo(number, row["image"] or "(none)")
        assert source is not None  # an empty cell is a file that does not exist
        yield squash(table.open(number, source, {"max_megapixels": _MAX_MEGAPIXELS}).image, STORED_PX)


def _row(table: Table, index: int, name: str) -> dict[str, Any]:
    row = table.rows[index]
    sentiment = row.get("sentiment") or _by_valence(row.get("valence_mean"))
    if sentiment and sentiment not in SENTIMENTS:
        known = ", ".join(SENTIMENTS)
        raise LabelUnknown(path=table.path, row=index + 1, column="sentiment", label=sentiment, known=known)
    label = row.get("scene") or row.get("weather") or (row["id"].rsplit(" ", 1)[0] if name == "oasis" else "")
    return {
        "label": label,
        "captions_en": row.get("captions_en") or ([row["caption"]] if name == "msed" else []),
        "captions_zh": row.get("captions_zh") or [],
        "text": row.get("text") or row.get("title") or "",
        "emotion": row.get("emotion") or "",
        "valence": row.get("valence_mean"),
        "arousal": row.get("arousal_mean"),
        "sentiment": sentiment,
        "objects": row["objects"],
        "imagenet": row["imagenet"],
    }


def _by_valence(valence: float | None) -> str:
    """Sentiment from OASIS's mean valence, which goes from 1 to 7 with 4 in the middle; '' for none."""
    if valence is None:
        return ""
    return "negative" if valence < _NEUTRAL_VALENCE[0] else "positive" if valence > _NEUTRAL_VALENCE[1] else "neutral"
