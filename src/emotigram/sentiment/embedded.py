"""The sentiment model that ships in the package: photo and text, English and Chinese, any CPU."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emotigram.domain import Affect, Photo, Sentiment
from emotigram.inference.ngrams import hashed
from emotigram.inference.pixels import batch
from emotigram.inference.store import Model, shipped_model
from emotigram.settings import Settings

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

VERSION = "1"


def build(settings: Settings) -> EmbeddedSentiment:
    """Load the shipped weights; raises ModelDamaged."""
    return EmbeddedSentiment(shipped_model("affect", VERSION), shipped_model("captioner", VERSION), settings.threads)


class EmbeddedSentiment:
    """Judges from hashed n-grams and the captioner's photo features; looks itself only where none are given."""

    name = "embedded"

    def __init__(self, model: Model, eyes: Model, threads: int = 0) -> None:
        self._affect = model.session("affect.onnx", threads)
        self._width: int = model.manifest["features"]
        self._eyes, self._threads = eyes, threads

    @cached_property
    def _vision(self) -> InferenceSession:
        return self._eyes.session("vision.onnx", self._threads)  # opened only where nobody looked before

    def judge(
        self,
        photos: Sequence[Photo | None],
        texts: Sequence[str],
        features: Sequence[NDArray[np.float32] | None] | None = None,
    ) -> list[Affect]:
        """Return one affect a pair of photo and text, of which either may be missing (None, '')."""
        if not len(photos) == len(texts) == len(features if features is not None else texts):
            raise ValueError(f"{len(photos)} photos, {len(texts)} texts and their features must be as many")
        if not photos:
            return []
        given = features or [None] * len(photos)
        seen = np.stack([self._features(photo, known) for photo, known in zip(photos, given, strict=True)])
        rows = self._affect.run(None, {"text": hashed(texts), "photo": seen})[0].astype(np.float64)
        return [Affect(Sentiment(*map(float, row / row.sum()))) for row in rows]

    def _features(self, photo: Photo | None, known: NDArray[np.float32] | None) -> NDArray[np.float32]:
        if known is not None and known.shape == (self._width,):
            return known
        if photo is None:
            return np.zeros(self._width, dtype=np.float32)
        pixels = batch([photo.image], self._eyes.manifest["size_px"])
        features: NDArray[np.float32] = self._vision.run(["features"], {"photos": pixels})[0][0]
        return features
