"""The same sight in the voice people use among friends: coloured by feeling, naming only what was read."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter

from emotigram.data_files import data_names, read_data
from emotigram.domain import Affect, SentimentLabel, Tag
from emotigram.errors import UnknownName
from emotigram.tags.topics import ANYTHING, likes, topics_of


@dataclass(frozen=True, slots=True)
class SocialLines:
    """The lines of one language; the data file's comments say what each part is for."""

    join: str
    gap: str
    emoji: Mapping[str, tuple[str, ...]]
    feelings: Mapping[str, tuple[str, ...]]
    topics: Mapping[str, Mapping[SentimentLabel, tuple[str, ...]]]


def social_line(description: str, tags: Sequence[Tag], affect: Affect, language: str, seed_text: str = "") -> str:
    """One line in the social voice, never the description; the same reading and seed give the same line.

    English lines have 20 to 110 characters, Chinese ones 8 to 40, with one emoji at most.
    Raises UnknownName for a language without lines.
    """
    voice, choose = _voice(language), random.Random(f"{description}{seed_text}{language}").choice  # noqa: S311
    mood, emotion = affect.mood, affect.emotion
    topic, tag = _topic(tags, voice)
    name = tag.names.get(language, "") if tag else ""
    lines = voice.topics[topic]["neutral" if emotion else mood]  # an emotion speaks for itself after a plain line
    line = choose([each for each in lines if name or "{thing}" not in each]).replace("{thing}", name)
    if emotion:
        line = f"{line}{voice.join}{choose(voice.feelings[emotion])}"
    return f"{line}{voice.gap}{choose(voice.emoji[emotion or mood])}".rstrip()


def speaks(language: str) -> bool:
    """Whether there are lines in a language."""
    return language in _languages()


def _topic(tags: Sequence[Tag], voice: SocialLines) -> tuple[str, Tag | None]:
    """The first topic that a tag belongs to, or the nearest like it that has lines, and that tag."""
    topic, tag = next(iter(topics_of(tags)), (ANYTHING, None))
    return next(each for each in likes(topic) if each in voice.topics), tag


@cache
def _languages() -> tuple[str, ...]:
    return data_names("social")


@cache
def _voice(language: str) -> SocialLines:
    if not speaks(language):
        raise UnknownName(kind="language of the social voice", name=language, known=", ".join(_languages()))
    return TypeAdapter(SocialLines).validate_python(read_data(f"social/{language}.toml"), extra="forbid")
