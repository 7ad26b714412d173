"""What the backbone makes of the training photos: whole, mirrored and through random windows, computed once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from emotigram.inference.backbone import CELLS, CLASSES, FEATURES, SIDE_PX, Backbone
from emotigram.training.photo_sets import load_rows

LEAST_SIDE = 0.7  # of the photo's, the narrowest window
VIEWS = 5  # of a captioned photo, besides itself; the first is its mirror image
_CHUNK = 16

_WHOLE = np.array([0, 0, 1, 1, 0], np.float32)
_MIRRORED = np.array([0, 0, 1, 1, 1], np.float32)


def prepare_views(cache_dir: Path, backbone: Backbone, seed: int = 0) -> None:
    """Look at all prepared photos, and at views of those that have captions to learn.

    Writes ``grids.npy`` (photos, 25, 1280), ``pooled.npy`` (photos, 1280) and ``logits.npy`` (photos, 1000) of whole
    photos, ``captioned.npy`` with the numbers of the photos that have views, and ``view_grids.npy`` (captioned,
    views, 25, 1280). Half precision; what is finished is kept: a second call goes on. ``backbone`` takes one thread.
    """
    pixels = np.load(cache_dir / "pixels.npy", mmap_mode="r")
    captioned = np.array([i for i, row in enumerate(load_rows(cache_dir)) if _is_learned(row)], np.int64)
    np.save(cache_dir / "captioned.npy", captioned)
    if not (cache_dir / "logits.npy").exists():
        parts = {"grids": (len(pixels), CELLS, FEATURES), "pooled": (len(pixels), FEATURES)}
        with _unfinished(cache_dir, {**parts, "logits": (len(pixels), CLASSES)}) as found:
            for picked, seen in _looks(backbone, pixels, np.arange(len(pixels)), np.tile(_WHOLE, (len(pixels), 1))):
                found["grids"][picked], found["pooled"][picked] = seen.grid, seen.pooled
                found["logits"][picked] = seen.logits
    if not (cache_dir / "view_grids.npy").exists():
        boxes = random_boxes(len(captioned) * VIEWS, LEAST_SIDE, np.random.default_rng(seed))
        boxes[::VIEWS] = _MIRRORED
        with _unfinished(cache_dir, {"view_grids": (len(captioned), VIEWS, CELLS, FEATURES)}) as found:
            flat = found["view_grids"].reshape(-1, CELLS, FEATURES)
            for picked, seen in _looks(backbone, pixels, np.repeat(captioned, VIEWS), boxes):
                flat[picked] = seen.grid


def random_boxes(count: int, least_side: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Random views, shape (count, 5): left, top, width, height as shares of the photo, and 1 if mirrored."""
    size = rng.uniform(least_side, 1, (count, 2))
    corner = rng.uniform(0, 1, (count, 2)) * (1 - size)
    return np.concatenate([corner, size, rng.integers(0, 2, (count, 1))], 1).astype(np.float32)


def seen_through(photo: NDArray[np.uint8], box: NDArray[np.float32]) -> NDArray[np.uint8]:
    """A view of a squashed photo, as large as the photo."""
    left, top, width, height, mirrored = map(float, box)
    edges = (left * SIDE_PX, top * SIDE_PX, (left + width) * SIDE_PX, (top + height) * SIDE_PX)
    view = np.asarray(Image.fromarray(photo).resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC, box=edges))
    return view[:, ::-1] if mirrored else view


def _is_learned(row: dict[str, Any]) -> bool:
    """Whether a photo's captions are several people's: those are worth seeing from all sides."""
    return row["split"] == "train" and row["set"] in {"flickr8k", "coco"}


def _looks(
    backbone: Backbone, pixels: NDArray[np.uint8], photos: NDArray[np.int64], boxes: NDArray[np.float32]
) -> Iterator[tuple[slice, Any]]:
    def look(start: int) -> tuple[slice, Any]:
        picked = slice(start, start + _CHUNK)
        views = [seen_through(pixels[photo], box) for photo, box in zip(photos[picked], boxes[picked], strict=True)]
        return picked, backbone.look(np.stack(views))

    starts = range(0, len(photos), _CHUNK)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from tqdm(pool.map(look, starts), total=len(starts), desc="look", mininterval=10)


@contextmanager
def _unfinished(cache_dir: Path, shapes: dict[str, tuple[int, ...]]) -> Iterator[dict[str, NDArray[np.float16]]]:
    """Arrays on disk that get their names when all of them are whole."""
    files = {name: cache_dir / f"{name}.unfinished.npy" for name in shapes}
    yield {name: np.lib.format.open_memmap(files[name], "w+", np.float16, shape) for name, shape in shapes.items()}
    for name, file in files.items():
        file.replace(cache_dir / f"{name}.npy")
