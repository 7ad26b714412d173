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
from emotigram.tags.vocabulary import broader_chain

_FALLBACK = "anything"


@dataclass(frozen=True, slots=True)
class Topic:
    """What a photo may be spoken of as: keys and kinds of the tags that make it so."""

    tags: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


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
    topic, tag = _topic(tags)
    name = tag.names.get(language, "") if tag else ""
    lines = voice.topics[topic]["neutral" if emotion else mood]  # an emotion speaks for itself after a plain line
    line = choose([each for each in lines if name or "{thing}" not in each]).replace("{thing}", name)
    if emotion:
        line = f"{line}{voice.join}{choose(voice.feelings[emotion])}"
    return f"{line}{voice.gap}{choose(voice.emoji[emotion or mood])}".rstrip()


def speaks(language: str) -> bool:
    """Whether there are lines in a language."""
    return language in _languages()


def _topic(tags: Sequence[Tag]) -> tuple[str, Tag | None]:
    """The first topic that a tag belongs to, and that tag: by key, or the nearest broader one's, or kind."""
    by_key = {key: name for name, topic in _topics().items() for key in topic.tags}
    by_kind = {kind: name for name, topic in _topics().items() for kind in topic.kinds}
    order = list(_topics())
    found = [
        (next((by_key[key] for key in broader_chain(tag.key) if key in by_key), by_kind.get(tag.kind, _FALLBACK)), tag)
        for tag in tags
    ]
    return min(found, key=lambda pair: order.index(pair[0]), default=(_FALLBACK, None))


@cache
def _topics() -> dict[str, Topic]:
    return TypeAdapter(dict[str, Topic]).validate_python(read_data("topics.toml"), extra="forbid")


@cache
def _languages() -> tuple[str, ...]:
    return data_names("social")


@cache
def _voice(language: str) -> SocialLines:
    if not speaks(language):
        raise UnknownName(kind="language of the social voice", name=language, known=", ".join(_languages()))
    return TypeAdapter(SocialLines).validate_python(read_data(f"social/{language}.toml"), extra="forbid")
