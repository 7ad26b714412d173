"""Readings and briefs built by hand, for tests of writers and of publishing."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from emotigram import catalogue
from emotigram.domain import Affect, Brief, Post, Reading, Sentiment, SentimentLabel, Tag
from emotigram.ports import SentimentModel
from emotigram.publishing.loop import Loop
from emotigram.sentiment import embedded as embedded_sentiment
from emotigram.settings import load_settings
from emotigram.writers.embedded import EmbeddedWriter


def _data(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((resources.files("emotigram") / "data" / name).read_text("utf-8"))


_THINGS = _data("things.toml")
VOCABULARY = _data("tags.toml") | _THINGS


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


def invented(text: str, language: str, allowed: Sequence[Tag]) -> set[str]:
    """Words of the vocabulary in an English or Chinese text that no allowed tag accounts for.

    A second opinion beside publishing.faithfulness, which forgives idioms and what goes without saying; here only
    everyday things may be spoken of as what they are a kind of.
    """
    names = [each.names[language] for each in allowed]
    own = {word for each in allowed for key in _kinds_of(each.key) for word in _words_of(key, language)}
    rest = text.casefold()
    for said in sorted([*names, *own], key=len, reverse=True):
        rest = rest.replace(said, " ") if language == "zh" else re.sub(rf"\b{re.escape(said)}\b", " ", rest)
    words = {word for key in VOCABULARY for word in _words_of(key, language)}
    return {word for word in words if (word in rest if language == "zh" else re.search(rf"\b{word}\b", rest))}


def _kinds_of(key: str) -> set[str]:
    """A thing and all it leads to, a tag of the captioner alone."""
    broader = VOCABULARY[key].get("broader", []) if key in _THINGS else []
    return {key, *broader, *(each for above in broader for each in _kinds_of(above))}


def _words_of(key: str, language: str) -> list[str]:
    return [str(word) for word in VOCABULARY[key][f"words_{language}"]]


@cache
def judge() -> SentimentModel:
    """The shipped judge of texts."""
    return embedded_sentiment.build(load_settings())


def post(of: Brief) -> Post:
    """What the embedded writer makes of a brief, checked and chosen."""
    *_, written = Loop(EmbeddedWriter(), judge()).posts(of)
    return written
