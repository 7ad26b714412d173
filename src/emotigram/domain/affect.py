"""The emotion of picture and words: sentiment, emotions, valence and arousal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

SentimentLabel = Literal["negative", "neutral", "positive"]
# Ekman's six and none of them (Ekman 1992, Cognition and Emotion 6); MSED's labels are these without surprise
EMOTIONS = ("joy", "sadness", "anger", "fear", "disgust", "surprise", "neutral")
_AMBIGUOUS_MARGIN = 0.15  # the two likeliest labels closer than this: nobody should be told one
_SURE = 0.5  # an emotion likelier than all others together
# what an emotion may go with; surprise goes with any
_SENTIMENT_OF: Mapping[str, SentimentLabel] = {
    "joy": "positive",
    "sadness": "negative",
    "anger": "negative",
    "fear": "negative",
    "disgust": "negative",
    "neutral": "neutral",
}


@dataclass(frozen=True, slots=True)
class Sentiment:
    """Probabilities in [0, 1] that sum to 1; raises ValueError otherwise.

    ``is_unclear`` is an engine's own doubt, whatever its probabilities: a photo alone seldom tells a mood.
    """

    negative: float
    neutral: float
    positive: float
    is_unclear: bool = False

    def __post_init__(self) -> None:
        values = (self.negative, self.neutral, self.positive)
        if not all(0 <= value <= 1 for value in values) or not math.isclose(sum(values), 1, abs_tol=1e-3):
            raise ValueError(f"sentiment probabilities must lie in [0, 1] and sum to 1, not {values}")

    @property
    def probabilities(self) -> dict[SentimentLabel, float]:
        """Label to probability, from negative to positive."""
        return {"negative": self.negative, "neutral": self.neutral, "positive": self.positive}

    @property
    def label(self) -> SentimentLabel:
        """The likeliest label."""
        return max(self.probabilities, key=self.probabilities.__getitem__)

    @property
    def confidence(self) -> float:
        """Probability of the likeliest label."""
        return max(self.probabilities.values())

    @property
    def is_ambiguous(self) -> bool:
        """Whether nobody should be told a label: the two likeliest are too close to call, or the engine doubts it."""
        first, second, _ = sorted(self.probabilities.values(), reverse=True)
        return self.is_unclear or first - second < _AMBIGUOUS_MARGIN


@dataclass(frozen=True, slots=True)
class Affect:
    """The emotion of picture and words together.

    ``emotions`` maps each of ``EMOTIONS`` to its probability (they sum to 1; empty where the engine gives none);
    ``valence`` goes from -1 (unpleasant) to 1 (pleasant), ``arousal`` from -1 (calm) to 1 (excited), None for unknown.
    """

    sentiment: Sentiment
    emotions: Mapping[str, float] = field(default_factory=dict)
    valence: float | None = None
    arousal: float | None = None

    @property
    def mood(self) -> SentimentLabel:
        """The sentiment, or neutral where it is too close to call: nobody should be told how they feel."""
        return "neutral" if self.sentiment.is_ambiguous else self.sentiment.label

    @property
    def emotion(self) -> str:
        """The one emotion that is sure and fits the sentiment, '' for none."""
        emotion, chance = max(self.emotions.items(), key=lambda pair: pair[1], default=("neutral", 0.0))
        if emotion == "neutral" or chance < _SURE:
            return ""
        return emotion if self.fits(emotion) else ""

    def fits(self, emotion: str) -> bool:
        """Whether an emotion goes with the mood; none does where that is too close to call."""
        return not self.sentiment.is_ambiguous and _SENTIMENT_OF.get(emotion, self.mood) == self.mood
