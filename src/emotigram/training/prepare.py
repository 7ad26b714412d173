"""Prepare the photo sets: pixels, teacher features, weak tags and texts, cached as arrays."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from emotigram.inference.pixels import squash
from emotigram.training.weak_labels import load_tag_sources, targets

STORED_PX = 144
_TEACHER_PX = 224
_NEUTRAL_VALENCE = (3.5, 4.6)
_HELD_OUT_EVERY = 10  # sets without a validation file give every tenth row to validation

# file stem -> (is the whole file validation, is it split by us)
_PHOTO_SETS = {
    "flickr8k-train": (False, False),
    "flickr8k-val": (True, False),
    "msed-train": (False, False),
    "msed-dev": (True, False),
    "mvsa-train": (False, True),
    "oasis-train": (False, True),
    "scenes-train": (False, True),
    "weather-train": (False, True),
}


def prepare_photos(data_dir: Path, cache_dir: Path, processes: int = 2) -> None:
    """Write ``rows.jsonl``, ``pixels.npy``, ``teacher.npy``, ``tags.npy`` and ``tag_weights.npy`` to cache_dir."""
    cache_dir.mkdir(parents=True, exist_ok=True)
    rows = list(_read_rows(data_dir))
    encoded = [row.pop("image") for row in rows]
    labels = (data_dir / "teachers" / "imagenet_labels.txt").read_text("utf-8").splitlines()
    tag_targets, tag_weights = targets(rows, load_tag_sources([label.strip() for label in labels]))
    np.save(cache_dir / "tags.npy", tag_targets)
    np.save(cache_dir / "tag_weights.npy", tag_weights)
    (cache_dir / "rows.jsonl").write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    np.save(cache_dir / "pixels.npy", np.stack([_decode(image) for image in tqdm(encoded, desc="pixels")]))
    np.save(cache_dir / "teacher.npy", _teach(encoded, data_dir, processes))


def load_rows(cache_dir: Path) -> list[dict[str, Any]]:
    """Read the prepared rows, in the order of the arrays."""
    return [json.loads(line) for line in (cache_dir / "rows.jsonl").read_text("utf-8").splitlines()]


def _read_rows(data_dir: Path) -> Iterator[dict[str, Any]]:
    for stem, (is_validation, is_split) in _PHOTO_SETS.items():
        for index, row in enumerate(pq.read_table(data_dir / f"{stem}.parquet").to_pylist()):
            name = stem.split("-")[0]
            label = row.get("scene") or row.get("weather") or (row["id"].rsplit(" ", 1)[0] if name == "oasis" else "")
            yield {
                "image": row["image"],
                "set": name,
                "split": "val" if is_validation or (is_split and index % _HELD_OUT_EVERY == 0) else "train",
                "label": label,
                "captions_en": row.get("captions_en") or ([row["caption"]] if name == "msed" else []),
                "captions_zh": row.get("captions_zh") or [],
                "text": row.get("text") or row.get("title") or "",
                "sentiment": row.get("sentiment") or _by_valence(row.get("valence_mean")),
                "objects": row["objects"],
                "imagenet": row["imagenet"],
            }


def _by_valence(valence: float | None) -> str:
    """Sentiment from OASIS's mean valence, which goes from 1 to 7 with 4 in the middle; '' for none."""
    if valence is None:
        return ""
    return "negative" if valence < _NEUTRAL_VALENCE[0] else "positive" if valence > _NEUTRAL_VALENCE[1] else "neutral"


def _decode(encoded: bytes) -> NDArray[np.uint8]:
    return squash(Image.open(io.BytesIO(encoded)), STORED_PX)


def _teach(encoded: Sequence[bytes], data_dir: Path, processes: int) -> NDArray[np.float16]:
    model = str(data_dir / "teachers" / "mobilenet_v2_1.0_224_quant.tflite")
    chunks = [encoded[start : start + 128] for start in range(0, len(encoded), 128)]
    with ProcessPoolExecutor(processes) as pool:
        features = list(tqdm(pool.map(partial(_teacher_features, model), chunks), total=len(chunks), desc="teacher"))
    return np.concatenate(features)


def _teacher_features(model_path: str, encoded: Sequence[bytes]) -> NDArray[np.float16]:
    from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415  # only preparing needs the teacher

    teacher = Interpreter(model_path, experimental_preserve_all_tensors=True, num_threads=1)
    teacher.allocate_tensors()
    pooled = [t for t in teacher.get_tensor_details() if list(t["shape"]) == [1, 1, 1, 1280]][-1]
    scale, zero = pooled["quantization"]
    features = np.empty((len(encoded), 1280), np.float16)
    for row, image in enumerate(encoded):
        pixels = squash(Image.open(io.BytesIO(image)), _TEACHER_PX)
        teacher.set_tensor(teacher.get_input_details()[0]["index"], pixels[None])
        teacher.invoke()
        features[row] = (teacher.get_tensor(pooled["index"]).reshape(-1).astype(np.float32) - zero) * scale
    return features
