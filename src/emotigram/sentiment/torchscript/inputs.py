"""Texts and photos as an exported sentiment model takes them: the numbers that its training made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from transformers import AutoImageProcessor, AutoTokenizer

from emotigram.checkpoints.loading import loading, quiet
from emotigram.errors import WeightsDamaged, WeightsWrong
from emotigram.inference.ngrams import KnownNgrams, hashes
from emotigram.inference.pixels import batch
from emotigram.sentiment.torchscript.exported import ExportedModel
from emotigram.settings import Settings

_NOTHING = -1  # where a row of numbers has none


class TextNumbers:
    """Texts to token numbers, n-gram numbers, or both one after the other."""

    def __init__(self, exported: ExportedModel, settings: Settings) -> None:
        """Read tokenizer and n-grams; raises WeightsDamaged, WeightsWrong or ExtraMissing."""
        kind = exported.manifest["text"]
        self._longest = int(exported.manifest.get("longest", 0))
        self._tokenizer: Any = None
        self._known: KnownNgrams | None = None
        if kind.startswith("tokenizer"):
            with loading(exported.tokenizer, exported.name, settings):
                self._tokenizer = AutoTokenizer.from_pretrained(str(exported.tokenizer), local_files_only=True)
        if kind.endswith("ngrams"):
            try:
                self._known = KnownNgrams.load(exported.folder / "ngrams.npz")
            except (OSError, ValueError, KeyError) as error:
                raise WeightsDamaged(name=exported.name, file="ngrams.npz") from error

    def __call__(self, texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Numbers (n, at least 1) padded with 0, and their mask of 0 and 1."""
        rows = [self._numbers(text.strip()) for text in texts]
        ids = np.full((len(rows), max([1, *map(len, rows)])), _NOTHING, dtype=np.int64)
        for own, row in zip(ids, rows, strict=True):
            own[: len(row)] = row
        return ids.clip(0), (ids != _NOTHING).astype(np.int64)

    def _numbers(self, text: str) -> list[int]:
        said = self._tokens(text) if text and self._tokenizer is not None else []
        if self._known is None:
            return said
        # n-grams begin where the longest text's tokens end
        edge = self._longest if self._tokenizer is not None else 0
        return [*said, *[_NOTHING] * (edge - len(said)), *self._known.numbers(hashes(text)).tolist()]

    def _tokens(self, text: str) -> list[int]:
        with quiet():
            return list(self._tokenizer(text, truncation=True, max_length=self._longest)["input_ids"])


class PhotoPixels:
    """Photos to pixels: squashed to a square, or by the vision model's own processor."""

    def __init__(self, exported: ExportedModel, settings: Settings) -> None:
        """Read the processor, where there is one; raises WeightsWrong."""
        says = exported.manifest
        self._processor: Any = None
        if says["image"] == "processor":
            folder = exported.folder / "processor"
            with loading(folder, exported.name, settings):
                reader: Any = AutoImageProcessor
                self._processor = reader.from_pretrained(str(folder), local_files_only=True, backend="pil")
        elif says["image"] == "squashed":
            try:
                self._side = int(says["side_px"])
                self._mean, self._std = (np.array(says[key], np.float32).reshape(3) for key in ("mean", "std"))
            except (KeyError, ValueError, TypeError) as error:
                raise WeightsWrong(name=exported.name, wanted="side_px, mean, std", found=str(error)) from error

    def __call__(self, image: Image.Image) -> NDArray[np.float32]:
        """Pixels of one photo, (3, height, width)."""
        if self._processor is not None:
            found = self._processor(images=[image], return_tensors="np")["pixel_values"][0]
            return np.asarray(found, np.float32)
        shares = batch([image], self._side)[0].astype(np.float32) / 255
        return np.asarray(((shares - self._mean) / self._std).transpose(2, 0, 1), np.float32)
