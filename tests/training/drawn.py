"""A data folder of drawn photos, in the layout that training reads: red ones of a dog, green ones of the sea."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

MOODS = [
    ("positive", "happiness", "wonderful lovely"),
    ("negative", "sad", "terrible awful"),
    ("neutral", "neutral", "a plain report"),
]
COUNTS = {"flickr8k-train": 64, "flickr8k-val": 24, "msed-train": 36, "msed-dev": 24, "mvsa-train": 60}
OTHERS = dict.fromkeys(
    (
        *("oasis-train", "scenes-train", "weather-train", "coco-captioned-train", "emotic-coco-train"),
        *("deepsent-twitter-train", "imagenet-samples-train"),
    ),
    40,
)
# Enough to teach the captioner, too few for all figures
FEW = {**dict.fromkeys((*COUNTS, *OTHERS), 8), "flickr8k-train": 48, "flickr8k-val": 24}
TEXTS: dict[str, tuple[str, str, list[Any]]] = {
    "semeval-train": ("text", "sentiment", ["positive", "negative", "neutral"]),
    "goemotions-ekman-train": ("text", "emotions", [["joy"], ["sadness"], ["neutral"]]),
    "goemotions-ekman-dev": ("text", "emotions", [["joy"], ["sadness"], ["neutral"]]),
    **{
        f"weibo-ewect-{part}": ("text", "emotion", ["happy", "sad", "neutral"])
        for part in ("usual_test_labeled", "virus_train", "virus_eval_labeled", "virus_test_labeled")
    },
    "chnsenticorp-hotel-train": ("text", "sentiment", ["positive", "negative", "negative"]),
    "waimai-train": ("text", "sentiment", ["positive", "negative", "negative"]),
    "twitter1517-train": ("txt", "txt_label", ["1", "-1", "0"]),
}


def draw_data(folder: Path, counts: Mapping[str, int] = COUNTS | OTHERS) -> None:
    """Write every file that the training command reads, but for the teacher."""
    for stem, count in counts.items():
        write_photos(folder, stem, count)
    for stem, (text, label, labels) in TEXTS.items():
        words = [f"{MOODS[i % 3][2]} {i}" for i in range(120)]
        pq.write_table(pa.table({text: words, label: labels * 40}), folder / f"{stem}.parquet")
    (folder / "teachers").mkdir()
    (folder / "teachers" / "imagenet_labels.txt").write_text("background\ntench\n", "utf-8")


def write_photos(folder: Path, stem: str, count: int, **changed: dict[int, Any]) -> None:
    """Write one photo set; ``changed`` puts other values into single rows of a column."""
    rows = [photo_row(stem.split("-", maxsplit=1)[0], i) for i in range(count)]
    for column, values in changed.items():
        for i, value in values.items():
            rows[i][column] = value
    pq.write_table(pa.Table.from_pylist(rows), folder / f"{stem}.parquet")


def photo_row(name: str, i: int) -> dict[str, Any]:
    """One row of a photo set; even rows are red."""
    red, (sentiment, emotion, words) = i % 2 == 0, MOODS[i // 2 % 3]
    caption = "a dog runs" if red else "the sea sleeps"
    own: dict[str, Any] = {
        "flickr8k": {"captions_en": [caption] * 5, "captions_zh": ["狗在跑" if red else "大海睡了"] * 5},
        "msed": {"title": words, "caption": caption, "sentiment": sentiment, "emotion": emotion},
        "mvsa": {"text": words, "sentiment": sentiment},
        "oasis": {"valence_mean": 2.0 + 4 * red + 0.1 * (i % 5), "arousal_mean": 3.0 + 0.1 * (i % 7)},
        "scenes": {"scene": "sea" if not red else "street"},
        "weather": {"weather": "shine" if red else "rain"},
        "coco": {"captions_en": [caption] * 5, "captions_zh": []},
        "emotic": {"valence": 2.0 + 6 * red, "arousal": 5.0},
        "deepsent": {"sentiment": "positive" if red else "negative"},
        "imagenet": {"id": "n01440764", "label": "tench"},
    }[name]
    return {"image": encoded(red, i), "id": f"Thing {i}", "objects": "{}", "imagenet": "[]", **own}


def encoded(red: bool, seed: int) -> bytes:
    """A small PNG in noisy red or green."""
    noise = np.random.default_rng(seed).integers(0, 30, (48, 64, 3))
    file = io.BytesIO()
    Image.fromarray((noise + ([200, 20, 20] if red else [20, 200, 20])).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()
