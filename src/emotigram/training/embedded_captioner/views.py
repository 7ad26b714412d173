"""The teacher on whole training photos and on random views of them: a patient teacher looks where the student looks.

Beyer et al. 2022 (arXiv:2106.05237): a student learns most when both are shown the same crop.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from emotigram.training.embedded_captioner.photos import random_boxes
from emotigram.training.photo_sets import PHOTO_SETS

GRID_SIDE = 4  # the student's grid
GRID_WIDTH = 256  # principal components kept of the teacher's 1280 features a cell
_TEACHER_PX = 224
LEAST_SIDE = 0.55  # of the photo's, the narrowest view
_PCA_PHOTOS = 2048


def prepare_views(data_dir: Path, cache_dir: Path, views: int = 3, processes: int = 2, seed: int = 0) -> None:
    """Write ``views.npy`` (photos, views, 5) and what the teacher makes of them, row for row.

    A view is (left, top, width, height) as shares of the photo and 1 if mirrored. ``teacher.npy`` (photos, 1280) has
    the pooled features of whole photos, ``view_pooled.npy`` (photos, views, 1280) and ``view_grids.npy`` (photos,
    views, 16, 256) those of views. Finished views are kept: a second call goes on.
    """
    encoded = [image for stem in PHOTO_SETS for image in _column(data_dir / f"{stem}.parquet", "image")]
    rngs = [np.random.default_rng([seed, view]) for view in range(views)]
    boxes = np.stack([random_boxes(len(encoded), LEAST_SIDE, rng) for rng in rngs], 1)
    teacher = str(data_dir / "teachers" / "mobilenet_v2_1.0_224_quant.tflite")
    whole = np.tile(np.array([0, 0, 1, 1, 0], np.float32), (len(encoded), 1))
    parts = [cache_dir / f"view{view}.npz" for view in range(views + 1)]
    with ProcessPoolExecutor(processes) as pool:
        sample = slice(None, None, max(1, len(encoded) // _PCA_PHOTOS))
        basis = _basis(pool, teacher, encoded[sample], whole[sample], cache_dir / "teacher_basis.npy")
        for view, part in enumerate(parts):
            if not part.exists():
                _look(pool, teacher, encoded, boxes[:, view - 1] if view else whole, basis, part)
    np.save(cache_dir / "teacher.npy", np.load(parts[0])["pooled"])
    np.save(cache_dir / "view_grids.npy", np.stack([np.load(part)["grid"] for part in parts[1:]], 1))
    np.save(cache_dir / "view_pooled.npy", np.stack([np.load(part)["pooled"] for part in parts[1:]], 1))
    np.save(cache_dir / "views.npy", boxes)
    for part in parts:
        part.unlink()


def _column(path: Path, name: str) -> list[bytes]:
    images: list[bytes] = pq.read_table(path, columns=[name])[name].to_pylist()
    return images


def _basis(
    pool: ProcessPoolExecutor, teacher: str, encoded: Sequence[bytes], whole: NDArray[np.float32], file: Path
) -> NDArray[np.float32]:
    """Principal axes of the teacher's cells, shape (1281, 256): the last row is what is subtracted."""
    if not file.exists():
        cells = np.concatenate([grid for grid, _ in _map(pool, teacher, encoded, whole, None, "axes")])
        flat = cells.reshape(-1, cells.shape[-1]).astype(np.float64)
        mean = flat.mean(0)
        values, axes = np.linalg.eigh(np.cov(flat - mean, rowvar=False))
        kept = axes[:, np.argsort(-values)[:GRID_WIDTH]]
        np.save(file, np.concatenate([kept, (mean @ kept)[None]]).astype(np.float32))
    basis: NDArray[np.float32] = np.load(file)
    return basis


def _look(
    pool: ProcessPoolExecutor,
    teacher: str,
    encoded: Sequence[bytes],
    boxes: NDArray[np.float32],
    basis: NDArray[np.float32],
    file: Path,
) -> None:
    parts = _map(pool, teacher, encoded, boxes, basis, f"teacher {file.stem}")
    unfinished = file.with_suffix(".tmp.npz")
    np.savez(unfinished, grid=np.concatenate([g for g, _ in parts]), pooled=np.concatenate([p for _, p in parts]))
    unfinished.replace(file)


def _map(
    pool: ProcessPoolExecutor,
    teacher: str,
    encoded: Sequence[bytes],
    boxes: NDArray[np.float32],
    basis: NDArray[np.float32] | None,
    title: str,
) -> list[tuple[NDArray[np.float16], NDArray[np.float16]]]:
    starts = range(0, len(encoded), 128)
    work = partial(_teach, teacher, basis)
    chunks = ([encoded[s : s + 128] for s in starts], [boxes[s : s + 128] for s in starts])
    return list(tqdm(pool.map(work, *chunks), total=len(starts), desc=title, mininterval=10))


def _teach(
    teacher_path: str, basis: NDArray[np.float32] | None, encoded: Sequence[bytes], boxes: NDArray[np.float32]
) -> tuple[NDArray[np.float16], NDArray[np.float16]]:
    """The teacher's grids (n, 16, components) and pooled features (n, 1280) of one view of each photo."""
    from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415  # only preparing needs the teacher

    teacher = Interpreter(teacher_path, experimental_preserve_all_tensors=True, num_threads=1)
    teacher.allocate_tensors()
    last = [t for t in teacher.get_tensor_details() if list(t["shape"]) == [1, 7, 7, 1280]][-1]
    scale, zero = last["quantization"]
    seen = np.empty((len(encoded), 49, 1280), np.float32)
    for row, (image, box) in enumerate(zip(encoded, boxes, strict=True)):
        teacher.set_tensor(teacher.get_input_details()[0]["index"], _crop(Image.open(io.BytesIO(image)), box)[None])
        teacher.invoke()
        seen[row] = (teacher.get_tensor(last["index"]).reshape(49, 1280).astype(np.float32) - zero) * scale
    with threadpool_limits(1):  # the processes share the cores already
        cells = _POOL @ seen
        grids = cells if basis is None else cells @ basis[:-1] - basis[-1]
    return grids.astype(np.float16), seen.mean(1).astype(np.float16)


def _crop(image: Image.Image, box: NDArray[np.float32]) -> NDArray[np.uint8]:
    photo = image.convert("RGB")
    left, top, width, height, mirrored = map(float, box)
    edges = (left * photo.width, top * photo.height, (left + width) * photo.width, (top + height) * photo.height)
    pixels = np.asarray(photo.resize((_TEACHER_PX, _TEACHER_PX), Image.Resampling.BICUBIC, box=edges))
    return pixels[:, ::-1] if mirrored else pixels


def _pooling(cells: int = 7) -> NDArray[np.float32]:
    """Weights (16, 49) that average a 7x7 grid to 4x4, each cell by how far it reaches into the coarser one."""
    edges = np.linspace(0, cells, GRID_SIDE + 1)
    line = np.clip(
        np.minimum(edges[1:, None], np.arange(cells) + 1) - np.maximum(edges[:-1, None], np.arange(cells)), 0, None
    )
    line /= line.sum(1, keepdims=True)
    return np.kron(line, line).astype(np.float32)


_POOL = _pooling()
