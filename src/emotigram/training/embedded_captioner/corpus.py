"""The prepared training photos with everything the captioner's stages ask of them, by row number."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from emotigram.training.embedded_captioner.caption_texts import Texts, captions_of
from emotigram.training.embedded_captioner.hints import Hints, gather_hints, hint_words, moods_of
from emotigram.training.photo_sets import load_rows

MOODS = ("happiness", "neutral", "sad", "anger", "fear", "disgust")  # MSED's


class Corpus:
    """Rows and arrays of a cache that ``prepare_photos`` and ``prepare_views`` have filled; large ones stay on disk."""

    def __init__(self, cache_dir: Path) -> None:
        self._cache = cache_dir
        self.rows: list[dict[str, Any]] = load_rows(cache_dir)
        self.texts: list[Texts] = [captions_of(row) for row in self.rows]
        is_train = np.array([row["split"] == "train" for row in self.rows])
        self.train, self.val = np.flatnonzero(is_train), np.flatnonzero(~is_train)
        self.pixels: NDArray[np.uint8] = np.load(cache_dir / "pixels.npy", mmap_mode="r")
        self.hint_words = hint_words([self.texts[i] for i in self.train])
        tags, weights = np.load(cache_dir / "tags.npy"), np.load(cache_dir / "tag_weights.npy")
        self.hints: Hints = gather_hints(self.texts, self.hint_words, tags, weights)
        self.moods: Tensor = moods_of(self.rows, MOODS)
        self.mood_names = MOODS

    @property
    def tags(self) -> int:
        """How many of the hints are tags; they come first."""
        return self.hints.tags

    def of_set(self, name: str, split: str) -> NDArray[np.int64]:
        """Numbers of the rows of one set and split."""
        return np.array(
            [i for i, row in enumerate(self.rows) if row["set"] == name and row["split"] == split], np.int64
        )

    @cached_property
    def teacher(self) -> NDArray[np.float32]:
        """The teacher's pooled features of the whole photos, standardised: (photos, 1280)."""
        raw = torch.from_numpy(np.load(self._cache / "teacher.npy").astype(np.float32))
        return self.standard(raw).numpy()

    def standard(self, pooled: Tensor) -> Tensor:
        """Pooled features by the mean and spread of the training photos, without far outliers."""
        mean, spread = self._moments
        return ((pooled - mean) / spread).clamp(-8, 8)

    @cached_property
    def boxes(self) -> NDArray[np.float32]:
        """Views of each photo: (photos, views, 5)."""
        boxes: NDArray[np.float32] = np.load(self._cache / "views.npy")
        return boxes

    @cached_property
    def view_pooled(self) -> NDArray[np.float16]:
        """The teacher's pooled features of the views: (photos, views, 1280)."""
        pooled: NDArray[np.float16] = np.load(self._cache / "view_pooled.npy", mmap_mode="r")
        return pooled

    @cached_property
    def view_grids(self) -> NDArray[np.float16]:
        """The teacher's grid of the views: (photos, views, 16, 256)."""
        grids: NDArray[np.float16] = np.load(self._cache / "view_grids.npy", mmap_mode="r")
        return grids

    @cached_property
    def _moments(self) -> tuple[Tensor, Tensor]:
        raw = torch.from_numpy(np.load(self._cache / "teacher.npy")[self.train].astype(np.float32))
        return raw.mean(0), raw.std(0) + 1e-3
