"""The sentiment model that ships in the package: photo and text, English and Chinese, any CPU."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emotigram.domain import EMOTIONS, Affect, Features, Photo, Sentiment
from emotigram.engines import Engine
from emotigram.errors import ModelDamaged
from emotigram.inference.ngrams import KnownNgrams
from emotigram.inference.pixels import batch
from emotigram.inference.store import Model, shipped_model
from emotigram.ports import SentimentModel
from emotigram.settings import Settings

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

VERSION = "2"
EYES_VERSION = "2"  # of the captioner whose features it was trained on
_SPACE = f"embedded/{EYES_VERSION}"
LABELS = ("negative", "neutral", "positive")
_NUMBERS = "ngrams.npz"


def build(settings: Settings) -> EmbeddedSentiment:
    """Load the shipped weights; raises ModelDamaged."""
    eyes = shipped_model("captioner", EYES_VERSION, settings.models_dir)
    return EmbeddedSentiment(shipped_model("affect", VERSION, settings.models_dir), eyes, settings.threads)


def _missing(settings: Settings) -> ModelDamaged | None:
    try:
        for name, version in (("captioner", EYES_VERSION), ("affect", VERSION)):
            shipped_model(name, version, settings.models_dir)
    except ModelDamaged as error:
        return error
    return None


ENGINE = Engine(names={"en": "judge sentiment, offline", "zh": "判断情感（离线）"}, build=build, missing=_missing)


class EmbeddedSentiment(SentimentModel):
    """Judges from n-grams and the captioner's photo features; looks itself only where none are given."""

    name = "embedded"
    languages = ("en", "zh")

    def __init__(self, model: Model, eyes: Model, threads: int = 0) -> None:
        """Open the network; raises ModelDamaged where the manifest, the n-grams or the eyes disagree with it."""
        self._affect = model.session("affect.onnx", threads)
        self._known = _ngrams(model)
        self._eyes, self._threads = eyes, threads
        self._width: int = eyes.field("features")
        _check(model, self._affect, self._width, len(self._known.crcs))

    @cached_property
    def _vision(self) -> InferenceSession:
        return self._eyes.session("vision.onnx", self._threads)  # opened only where nobody looked before

    def judge(
        self,
        photos: Sequence[Photo | None],
        texts: Sequence[str],
        features: Sequence[Features | None] | None = None,
    ) -> list[Affect]:
        """Return one affect a pair of photo and text, of which either may be missing (None, '')."""
        if not len(photos) == len(texts) == len(features if features is not None else texts):
            raise ValueError(f"{len(photos)} photos, {len(texts)} texts and their features must be as many")
        if not photos:
            return []
        given = features or [None] * len(photos)
        seen = np.stack([self._features(photo, known) for photo, known in zip(photos, given, strict=True)])
        judged = self._affect.run(
            ["sentiment", "emotions", "feeling"], {"text": self._known.table(texts), "photo": seen}
        )
        return [_affect(*(row.astype(np.float64) for row in rows)) for rows in zip(*judged, strict=True)]

    def _features(self, photo: Photo | None, known: Features | None) -> NDArray[np.float32]:
        if known is not None and known.space == _SPACE:
            return known.values
        if photo is None:
            return np.zeros(self._width, dtype=np.float32)
        pixels = batch([photo.image], self._eyes.manifest["size_px"])
        features: NDArray[np.float32] = self._vision.run(["features"], {"photos": pixels})[0][0]
        return features


def _affect(sentiment: NDArray[np.float64], emotions: NDArray[np.float64], feeling: NDArray[np.float64]) -> Affect:
    shares = dict(zip(EMOTIONS, map(float, emotions / emotions.sum()), strict=True))
    valence, arousal = map(float, feeling)
    return Affect(Sentiment(*map(float, sentiment / sentiment.sum())), shares, valence, arousal)


def _ngrams(model: Model) -> KnownNgrams:
    try:
        return KnownNgrams.load(model.folder / _NUMBERS)
    except (OSError, ValueError, KeyError) as error:
        raise ModelDamaged(name=model.folder.parent.name) from error


def _check(model: Model, session: InferenceSession, width: int, ngrams: int) -> None:
    """Refuse a manifest, n-grams or eyes that do not belong to the network; raises ModelDamaged."""
    stated = {"labels": list(LABELS), "emotions": list(EMOTIONS), "ngrams": ngrams, "features": width}
    if any(model.field(key) != value for key, value in stated.items()):
        raise ModelDamaged(name=model.folder.parent.name)
    outputs = {"sentiment": (None, len(LABELS)), "emotions": (None, len(EMOTIONS)), "feeling": (None, 2)}
    model.expect(session, {"text": (None, None), "photo": (None, width), **outputs})
