"""The prepared training photos with everything the captioner's stages ask of them, by row number."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotigram.training.embedded_captioner.caption_texts import Texts, captions_of
from emotigram.training.embedded_captioner.hints import Hints, gather_hints, hint_words
from emotigram.training.photo_sets import load_rows


class Corpus:
    """Rows and arrays of a cache that ``prepare_photos`` and ``prepare_views`` have filled; large ones stay on disk."""

    def __init__(self, cache_dir: Path) -> None:
        self._cache = cache_dir
        self.rows: list[dict[str, Any]] = load_rows(cache_dir)
        self.texts: list[Texts] = [captions_of(row) for row in self.rows]
        self.train, self.val = self._of_split("train"), self._of_split("val")
        self.hint_words = hint_words([self.texts[i] for i in self.train])
        tags, weights = np.load(cache_dir / "tags.npy"), np.load(cache_dir / "tag_weights.npy")
        self.hints: Hints = gather_hints(self.texts, self.hint_words, tags, weights)
        self.captioned: NDArray[np.int64] = np.load(cache_dir / "captioned.npy")
        self._place = {int(photo): place for place, photo in enumerate(self.captioned)}

    def _of_split(self, split: str) -> NDArray[np.int64]:
        return np.array([i for i, row in enumerate(self.rows) if row["split"] == split], np.int64)

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
    def pixels(self) -> NDArray[np.uint8]:
        """Squashed photos: (photos, 260, 260, 3)."""
        return self._array("pixels")

    @cached_property
    def grids(self) -> NDArray[np.float16]:
        """The backbone's grids of whole photos: (photos, 25, 1280)."""
        return self._array("grids")

    @cached_property
    def pooled(self) -> NDArray[np.float16]:
        """The backbone's pooled features of whole photos: (photos, 1280)."""
        return self._array("pooled")

    @cached_property
    def _view_grids(self) -> NDArray[np.float16]:
        return self._array("view_grids")

    def seen(self, picked: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float32]:
        """Grids of photos (n, 25, 1280), each the whole photo or one of its views by chance."""
        grids = self.grids[picked]
        for place, photo in enumerate(picked):
            view = rng.integers(self._view_grids.shape[1] + 1)
            if view and photo in self._place:
                grids[place] = self._view_grids[self._place[photo], view - 1]
        return grids.astype(np.float32)

    def _array(self, name: str) -> NDArray[Any]:
        array: NDArray[Any] = np.load(self._cache / f"{name}.npy", mmap_mode="r")
        return array
