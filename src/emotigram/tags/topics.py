"""What a photo is spoken of as: the tree of topics in ``data/topics.toml``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter

from emotigram.data_files import read_data
from emotigram.domain import Tag
from emotigram.tags.vocabulary import broader_chain

ANYTHING = "anything"


@dataclass(frozen=True, slots=True)
class Topic:
    """Keys and kinds of the tags that make it so, words that do in a user's text, and the topic that it is ``like``.

    ``loosely``: what is sure of that topic need not be true of this one.
    """

    tags: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    like: str = ""
    loosely: bool = False
    words_zh: tuple[str, ...] = ()
    words_en: tuple[str, ...] = ()


@cache
def topics() -> dict[str, Topic]:
    """All topics that photos have, what people would post about first."""
    return TypeAdapter(dict[str, Topic]).validate_python(read_data("topics.toml"), extra="forbid")


def topics_of(tags: Sequence[Tag]) -> list[tuple[str, Tag]]:
    """The topic of each tag, what people would post about first: by key, or the nearest broader one's, or kind."""
    order = list(topics())
    found = ((_topic(tag), tag) for tag in tags)
    return sorted(found, key=lambda pair: order.index(pair[0]))


def likes(topic: str) -> list[str]:
    """The topic and those whose lines may serve for it, the nearest first; ``anything`` ends it."""
    chain = [topic]
    while like := topics().get(chain[-1], Topic()).like:
        chain.append(like)
    return chain if chain[-1] == ANYTHING else [*chain, ANYTHING]


def kinds_of(topic: str) -> list[str]:
    """The topic and those whose every line is true of it, the nearest first, without ``anything``."""
    chain = [topic]
    while (known := topics().get(chain[-1])) and known.like and not known.loosely:
        chain.append(known.like)
    return [each for each in chain if each != ANYTHING]


def _topic(tag: Tag) -> str:
    by_key, by_kind = _index()
    return next((by_key[key] for key in broader_chain(tag.key) if key in by_key), by_kind.get(tag.kind, ANYTHING))


@cache
def _index() -> tuple[dict[str, str], dict[str, str]]:
    return (
        {key: name for name, topic in topics().items() for key in topic.tags},
        {kind: name for name, topic in topics().items() for kind in topic.kinds},
    )
