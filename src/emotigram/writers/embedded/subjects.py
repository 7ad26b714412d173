"""What a post can be about: the occasion and things of the user's words, then what is surely in the photo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import regex

from emotigram.domain import Brief, Tag
from emotigram.tags.selection import tag_of
from emotigram.tags.topics import ANYTHING, kinds_of, topics, topics_of
from emotigram.understanding.own_words import OwnWords, understand
from emotigram.understanding.patterns import compiled, matches


@dataclass(frozen=True, slots=True)
class Subject:
    """A topic and the thing that made it one, None where words did."""

    topic: str
    tag: Tag | None = None


def subjects(brief: Brief) -> list[Subject]:
    """What the post can be about, what leads first; nothing where nobody knows, the occasion alone where that is sober.

    A thing that only a word names leads where the photo bears it out or shows nothing else: Orange may be a cat.
    """
    words = understand(brief.reading.user_text)
    found = [Subject(key) for key in words.occasions]
    if not words.is_sober:
        found += [*_named(brief.reading.user_text), *_told(brief, words), *_seen(brief)]
    return _distinct(found)


def levels(found: list[Subject], *, is_open: bool) -> list[Subject]:
    """Where to look for a thought: the subjects, then what they are like, at last anything where that ``is_open``."""
    chains = [[Subject(topic, each.tag) for topic in kinds_of(each.topic)] for each in found]
    deep = max(map(len, chains), default=0)
    broader = [chain[at] for at in range(deep) for chain in chains if at < len(chain)]
    ends = [Subject(ANYTHING)] if is_open else []
    return _distinct([*broader, *ends])


def _told(brief: Brief, words: OwnWords) -> Iterator[Subject]:
    seen = {tag.key for tag in brief.reading.tags}
    tags = [tag_of(key, None) for key in words.tags if key in seen or not seen]
    yield from (Subject(topic, tag) for topic, tag in topics_of(tags) if topic != ANYTHING)


def _seen(brief: Brief) -> Iterator[Subject]:
    yield from (Subject(topic, tag) for topic, tag in topics_of(brief.reading.tags) if topic != ANYTHING)


def _named(text: str) -> Iterator[Subject]:
    said = text.casefold()
    yield from (Subject(key) for key, patterns in _words().items() if matches(patterns, said))


def _distinct(found: Iterable[Subject]) -> list[Subject]:
    """The first subject of each topic, in order."""
    first: dict[str, Subject] = {}
    for each in found:
        first.setdefault(each.topic, each)
    return list(first.values())


@cache
def _words() -> dict[str, tuple[regex.Pattern[str], ...]]:
    named = {key: {"zh": each.words_zh, "en": each.words_en} for key, each in topics().items()}
    escaped = {key: {name: map(regex.escape, words) for name, words in each.items()} for key, each in named.items()}
    return {key: patterns for key, each in escaped.items() if (patterns := compiled(each))}
