"""Whether a post names only what the reading or the user's own words hold."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from emotigram.domain import Reading
from emotigram.editing.languages import identify
from emotigram.tags.vocabulary import vocabulary, vocabulary_languages, with_broader


def unsupported(text: str, language: str, reading: Reading) -> tuple[str, ...]:
    """The words of a text that speak of things nobody saw or told of, in order; () for a language without words."""
    if language not in vocabulary_languages():
        return ()
    known = supported(reading, language)
    return tuple(word for word, tags in vocabulary(language).words_in(text).items() if not tags & known)


def names_only(text: str, language: str, known: frozenset[str]) -> bool:
    """Whether a text names only tags of ``known``; so it does in a language without words for them."""
    return language not in vocabulary_languages() or all(tags & known for tags in _named(text, language))


@lru_cache(maxsize=8192)  # the same lines are thought of for many photos
def _named(text: str, language: str) -> tuple[frozenset[str], ...]:
    return tuple(vocabulary(language).words_in(text).values())


def supported(reading: Reading, language: str) -> frozenset[str]:
    """The tags that a post in a language may speak of.

    They were seen, described, told by the user in that or another language, or go without saying beside those.
    """
    told = {key for text, spoken in _sources(reading, language) for key in _tags_in(text, spoken)}
    return with_broader({*(tag.key for tag in reading.tags), *told})


def _sources(reading: Reading, language: str) -> Iterator[tuple[str, str]]:
    """Texts that a post may lean on, each with a language that it may be in."""
    known = vocabulary_languages()
    for texts in (reading.description, reading.tweets):
        yield from ((text, key) for key, text in texts.items() if key in known)
    for text in filter(None, (reading.user_text, reading.seen_text)):
        spoken = identify(text)
        yield from ((text, key) for key in ({spoken, language} if spoken else {language, "en", "zh"}) if key in known)


@lru_cache(maxsize=64)  # a reading is leaned on by every candidate
def _tags_in(text: str, language: str) -> frozenset[str]:
    return frozenset(key for tags in vocabulary(language).words_in(text).values() for key in tags)
