"""Readings and posts to draw."""

from __future__ import annotations

from emotigram.domain import Affect, Check, Post, Reading, Sentiment, Tag


def a_reading(sentiment: Sentiment | None = None) -> Reading:
    """What was read of a tower."""
    tags = (Tag("tower", 0.9, {"en": "tower", "zh": "塔"}),)
    affect = Affect(sentiment or Sentiment(0.1, 0.2, 0.7))
    return Reading({"en": "A tower.", "zh": "一座塔。"}, {"en": "Look up."}, tags, affect, {})


def a_post(text: str = "Hello", *, platform: str = "instagram", language: str = "en", **values: object) -> Post:
    """A post of that text; ``values`` are any other fields."""
    given = {"title": "", "hashtags": (), "alt_text": "", "full_text": text, "style": "plain", "tone": "neutral"}
    return Post(
        **{**given, "text": text, "platform": platform, "language": language, "written_by": "embedded", **values}
    )  # type: ignore[arg-type]


def failed(name: str, **values: object) -> Check:
    """A check that did not pass."""
    return Check(name, **{"passed": False, "figure": 1, "limit": 0, **values})  # type: ignore[arg-type]
