"""Readings and briefs built by hand, for tests of writers and of publishing."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

from emotigram import catalogue
from emotigram.domain import Affect, Brief, Reading, Sentiment, SentimentLabel, Tag

VOCABULARY: dict[str, dict[str, Any]] = tomllib.loads(
    (resources.files("emotigram") / "data" / "tags.toml").read_text("utf-8")
)


def tag(key: str, confidence: float = 0.9) -> Tag:
    entry = VOCABULARY[key]
    return Tag(key, confidence, {"en": entry["en"], "zh": entry["zh"]}, entry["kind"])


def reading(*tags: Tag, description: Mapping[str, str] | None = None, user_text: str = "") -> Reading:
    affect = Affect(Sentiment(0.1, 0.2, 0.7))
    return Reading(description or {}, {}, tags, affect, {}, user_text)


def brief(
    of: Reading,
    platform: str = "moments",
    language: str = "zh",
    style: str = "plain",
    tone: SentimentLabel = "positive",
    seed: int = 0,
) -> Brief:
    place, tongue, manner = catalogue.platform(platform), catalogue.language(language), catalogue.style(style)
    return Brief(of, place, tongue, manner, tone, seed)
