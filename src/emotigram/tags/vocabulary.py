"""What a photo can hold: tags and everyday things, their names and the words that speak of them, by language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import regex
from pydantic import TypeAdapter

from emotigram.data_files import data_languages, read_data, read_language, words_of
from emotigram.errors import UnknownName

_ARTICLE = regex.compile(r"^(?:an?|the) ")


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _File:
    """``match`` is how words are found; ``other_meanings`` hold such a word and speak of something else.

    ``too_common`` are words that stand in any text.
    """

    match: Literal["word", "substring"]
    other_meanings: tuple[str, ...] = ()
    too_common: tuple[str, ...] = ()
    tags: Mapping[str, _Entry] | None = None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One language's names, tag to name, and words, word to the tags it may mean."""

    names: Mapping[str, str]
    words: Mapping[str, frozenset[str]]
    pattern: regex.Pattern[str]
    other_meanings: regex.Pattern[str]

    def words_in(self, text: str) -> dict[str, frozenset[str]]:
        """Each word of a text that speaks of a tag, as it stands there, with the tags it may mean.

        Longer words go before the shorter ones inside them: a swimming pool is no pool.
        """
        rest = self.other_meanings.sub(" ", text.casefold())
        return {match[0]: self._meant(match[0]) for match in self.pattern.finditer(rest)}

    def _meant(self, found: str) -> frozenset[str]:
        own = self.words.get(found, frozenset()) | self.words.get(f"{found}*", frozenset())
        stems = (word for word in self.words if word.endswith("*") and found.startswith(word[:-1]))
        return own or self.words[max(stems, key=len)]


@cache
def trained_entries() -> dict[str, dict[str, Any]]:
    """The tags that the embedded captioner is trained to give, in that order, then those made of them."""
    return read_data("tags.toml")


@cache
def tag_entries() -> dict[str, dict[str, Any]]:
    """All tags: the trained ones, then the everyday things that only a classifier tells."""
    return trained_entries() | read_data("things.toml")


@cache
def vocabulary_languages() -> tuple[str, ...]:
    """The languages that have names and words for the tags."""
    return data_languages("vocabulary")


@cache
def vocabulary(language: str) -> Vocabulary:
    """Names and words of a language; raises UnknownName."""
    known = vocabulary_languages()
    if language not in known:
        raise UnknownName(kind="language of the vocabulary", name=language, known=", ".join(known))
    file = TypeAdapter(_File).validate_python(read_language("vocabulary", language), extra="forbid")
    entries = file.tags or _own_entries(language)
    words: dict[str, set[str]] = {}
    for key, entry in entries.items():
        for word in set(entry.words) - set(file.too_common):
            words.setdefault(word.casefold(), set()).add(key)
    return Vocabulary(
        names={key: entry.name for key, entry in entries.items()},
        words={word: frozenset(keys) for word, keys in words.items()},
        pattern=_pattern(words, file.match),
        other_meanings=_pattern([meaning.casefold() for meaning in file.other_meanings], file.match),
    )


def name_of(key: str, language: str) -> str:
    """A tag's name in a language, '' where it has none there."""
    return vocabulary(language).names.get(key, "") if language in vocabulary_languages() else ""


def broader_chain(key: str) -> tuple[str, ...]:
    """The tag and what it is a kind of, the nearest first: pug, dog, animal."""
    entries, chain = tag_entries(), [key]
    for each in chain:  # which grows as it is read
        chain += [broader for broader in entries.get(each, {}).get("broader", ()) if broader not in chain]
    return tuple(chain)


def with_broader(keys: Iterable[str]) -> frozenset[str]:
    """The tags and all that goes without saying beside them: who sees the sea sees water."""
    entries, reached, rest = tag_entries(), set[str](), list(keys)
    while rest:
        key = rest.pop()
        if key not in reached:
            reached.add(key)
            entry = entries.get(key, {})
            rest += [*entry.get("broader", ()), *filter(None, [entry.get("needs")])]
            rest += [made for made, each in entries.items() if key in each.get("any_of", ())]
    return frozenset(reached)


def _own_entries(language: str) -> dict[str, _Entry]:
    """Those of tags.toml and things.toml themselves: English and Chinese."""
    source, convert = words_of(language)
    entries = {
        key: _Entry(convert(entry[source]), tuple(map(convert, entry[f"words_{source}"])))
        for key, entry in tag_entries().items()
    }
    if language == "en":  # whose names are several words, of which one may speak of another tag: a swimming pool
        named = {key: _ARTICLE.sub("", entries[key].name) for key in trained_entries()}  # a thing's words say all
        return entries | {key: _Entry(entries[key].name, (*entries[key].words, name)) for key, name in named.items()}
    return entries


def _pattern(words: Iterable[str], match: str) -> regex.Pattern[str]:
    """Any of the words, the longest first; a word's * stands for any ending."""
    ordered = sorted(words, key=len, reverse=True)
    if not ordered:
        return regex.compile(r"(?!)")
    if match == "substring":
        return regex.compile("|".join(regex.escape(word) for word in ordered))
    bodies = (
        regex.escape(word.removesuffix("*")) + (r"[\p{L}\p{M}]*" if word.endswith("*") else "") for word in ordered
    )
    return regex.compile(rf"(?<![\p{{L}}\p{{M}}\p{{N}}])(?:{'|'.join(bodies)})(?![\p{{L}}\p{{M}}\p{{N}}])")
