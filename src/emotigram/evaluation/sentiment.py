"""Run a sentiment model over labelled photos and texts: together, and each alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from emotigram.domain import Affect, Photo, PhotoLimits, Sentiment
from emotigram.evaluation.batches import open_in_batches
from emotigram.evaluation.confidence import Floats
from emotigram.evaluation.sentiment_data import SENTIMENTS, SentimentRow, SentimentSet
from emotigram.evaluation.sentiment_metrics import class_figures, flagged_figures, scale_figures
from emotigram.ports import Captioner, SentimentModel

Condition = Literal["both", "photo", "text"]
CONDITIONS: tuple[Condition, ...] = ("both", "photo", "text")
SCALES = ("valence", "arousal")
Judged = tuple[SentimentRow, Affect]
_Item = tuple[SentimentRow, Photo | None]


@dataclass(frozen=True, slots=True)
class SentimentResult:
    """JSON-ready figures, and truth and guess of the scales for plots: (condition, scale) -> shape (2, rows)."""

    figures: dict[str, Any]
    scales: Mapping[tuple[str, str], Floats]


def measure_sentiment(  # noqa: PLR0913
    data: SentimentSet,
    rows: Sequence[SentimentRow],
    model: SentimentModel,
    captioner: Captioner | None,
    *,
    limits: PhotoLimits,
    seed: int = 0,
    title: str = "",
) -> SentimentResult:
    """Judge rows that have a photo, a text or both; the captioner's features, where there are, spare more looks.

    Raises DataPhoto. A target that the model does not give has None for figures.
    """
    judged: dict[Condition, list[Judged]] = {condition: [] for condition in CONDITIONS}
    for batch in open_in_batches(data.table, rows, limits, title):
        for condition, pairs in _judge(batch, model, captioner).items():
            judged[condition] += pairs
    figures: dict[str, Any] = {}
    scales: dict[tuple[str, str], Floats] = {}
    for condition, pairs in judged.items():
        if not pairs:
            continue
        figures[condition] = {target: _class(pairs, target, names, seed) for target, names in data.labels.items()}
        for scale in (each for each in SCALES if each in data.columns):
            values = _scale_values(pairs, scale)
            figures[condition][scale] = scale_figures(*values) if values is not None else None
            if values is not None:
                scales[condition, scale] = values
    return SentimentResult({"conditions": figures}, scales)


def _judge(batch: Sequence[_Item], model: SentimentModel, captioner: Captioner | None) -> dict[Condition, list[Judged]]:
    seen = [photo for _, photo in batch if photo is not None]
    known = iter([each.features for each in captioner.read(seen)] if captioner and seen else [])
    features = [next(known, None) if photo is not None else None for _, photo in batch]
    chosen: dict[Condition, list[int]] = {
        "both": [at for at, (row, photo) in enumerate(batch) if photo is not None and row.text],
        "photo": [at for at, (_, photo) in enumerate(batch) if photo is not None],
        "text": [at for at, (row, _) in enumerate(batch) if row.text],
    }
    judged: dict[Condition, list[Judged]] = {}
    for condition, places in chosen.items():
        if places:
            photos = [batch[at][1] if condition != "text" else None for at in places]
            texts = [batch[at][0].text if condition != "photo" else "" for at in places]
            own = [features[at] if condition != "text" else None for at in places]
            affects = model.judge(photos, texts, own)
            judged[condition] = [(batch[at][0], affect) for at, affect in zip(places, affects, strict=True)]
    return judged


def _class(pairs: Sequence[Judged], target: str, labels: Sequence[str], seed: int) -> dict[str, Any] | None:
    """Figures of one kind of class; probabilities are shared out anew among the labels the data set knows."""
    if target == "emotion" and not all(affect.emotions for _, affect in pairs):
        return None
    truth = [str(row.truth[target]) for row, _ in pairs]
    given = np.array([[_probability(affect, target, label) for label in labels] for _, affect in pairs])
    total = given.sum(axis=1, keepdims=True)
    probabilities = np.where(total > 0, given / np.where(total > 0, total, 1), 1 / len(labels))
    figures = class_figures(truth, probabilities, labels, seed)
    if target == "sentiment":
        answers = np.array(labels)[probabilities.argmax(axis=1)]
        flagged = np.array([_as_sentiment(row, labels).is_ambiguous for row in probabilities])
        figures["ambiguous"] = flagged_figures(answers == np.array(truth), flagged)
    return figures


def _probability(affect: Affect, target: str, label: str) -> float:
    if target == "emotion":
        return affect.emotions.get(label, 0.0)
    return next(value for name, value in affect.sentiment.probabilities.items() if name == label)


def _as_sentiment(probabilities: Floats, labels: Sequence[str]) -> Sentiment:
    known = dict(zip(labels, probabilities.tolist(), strict=True))
    return Sentiment(*(min(1.0, known.get(name, 0.0)) for name in SENTIMENTS))


def _scale_values(pairs: Sequence[Judged], scale: str) -> Floats | None:
    guesses = [getattr(affect, scale) for _, affect in pairs]
    if any(guess is None for guess in guesses):
        return None
    return np.array([[row.truth[scale] for row, _ in pairs], guesses], dtype=np.float64)
