"""The sentiment model that ships in the package: photo and text, English and Chinese, any CPU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emotigram.domain import EMOTIONS, Affect, Features, Photo, Sentiment
from emotigram.engines import Engine
from emotigram.errors import EngineError, ModelDamaged
from emotigram.inference.backbone import FEATURES, SIDE_PX, SPACE, Backbone, check_backbone
from emotigram.inference.ngrams import KnownNgrams
from emotigram.inference.pixels import batch
from emotigram.inference.sentiment_floors import is_told
from emotigram.inference.store import Model, shipped_model
from emotigram.ports import SentimentModel
from emotigram.settings import Settings

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

VERSION = "3"
LABELS = ("negative", "neutral", "positive")
_NUMBERS = "ngrams.npz"


def build(settings: Settings) -> EmbeddedSentiment:
    """Load the shipped weights; raises ModelDamaged."""
    return EmbeddedSentiment(
        shipped_model("affect", VERSION, settings.models_dir), settings.models_dir, settings.threads
    )


def _missing(settings: Settings) -> EngineError | None:
    try:
        shipped_model("affect", VERSION, settings.models_dir)
        check_backbone(settings.models_dir)
    except EngineError as error:
        return error
    return None


ENGINE = Engine(names={"en": "judge sentiment, offline", "zh": "判断情感（离线）"}, build=build, missing=_missing)


class EmbeddedSentiment(SentimentModel):
    """Judges from n-grams and the backbone's photo features; looks itself only where none are given."""

    name = "embedded"
    languages = ("en", "zh")

    def __init__(self, model: Model, models_dir: Path | None = None, threads: int = 0) -> None:
        """Open the network; raises ModelDamaged where the manifest or the n-grams disagree with it.

        ``models_dir`` is where the backbone's graph lies, if not in the package.
        """
        self._affect = model.session("affect.onnx", threads)
        self._known = _ngrams(model)
        self._models_dir, self._threads = models_dir, threads
        _check(model, self._affect, len(self._known.crcs))
        self._floors: dict[str, float] = model.field("photo_floors")

    @cached_property
    def _backbone(self) -> Backbone:
        return Backbone(self._models_dir, self._threads)  # opened only where nobody looked before

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
        rows = zip(*(each.astype(np.float64) for each in judged), strict=True)
        return [
            _affect(sentiment, emotions, feeling, None if text.strip() else self._floors)
            for (sentiment, emotions, feeling), text in zip(rows, texts, strict=True)
        ]

    def _features(self, photo: Photo | None, known: Features | None) -> NDArray[np.float32]:
        if known is not None and known.space == SPACE:
            return known.values
        if photo is None:
            return np.zeros(FEATURES, dtype=np.float32)
        features: NDArray[np.float32] = self._backbone.look(batch([photo.image], SIDE_PX)).pooled[0]
        return features


def _affect(
    sentiment: NDArray[np.float64],
    emotions: NDArray[np.float64],
    feeling: NDArray[np.float64],
    floors: Mapping[str, float] | None,
) -> Affect:
    """The affect of a photo alone keeps to ``floors``; words speak for themselves."""
    shares = dict(zip(EMOTIONS, map(float, emotions / emotions.sum()), strict=True))
    valence, arousal = map(float, feeling)
    chances = sentiment / sentiment.sum()
    is_unclear = floors is not None and not is_told(chances, LABELS, floors, valence)
    negative, neutral, positive = map(float, chances)
    return Affect(Sentiment(negative, neutral, positive, is_unclear), shares, valence, arousal)


def _ngrams(model: Model) -> KnownNgrams:
    try:
        return KnownNgrams.load(model.folder / _NUMBERS)
    except (OSError, ValueError, KeyError) as error:
        raise ModelDamaged(name=model.folder.parent.name) from error


def _check(model: Model, session: InferenceSession, ngrams: int) -> None:
    """Refuse a manifest or n-grams that do not belong to the network; raises ModelDamaged."""
    stated = {"labels": list(LABELS), "emotions": list(EMOTIONS), "ngrams": ngrams, "features": FEATURES}
    if any(model.field(key) != value for key, value in stated.items()):
        raise ModelDamaged(name=model.folder.parent.name)
    outputs = {"sentiment": (None, len(LABELS)), "emotions": (None, len(EMOTIONS)), "feeling": (None, 2)}
    model.expect(session, {"text": (None, None), "photo": (None, FEATURES), **outputs})
