"""What a reading says of a photo, held against what a person wrote down of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from emotigram.domain import Reading
from emotigram.tags.vocabulary import broader_chain, tag_entries, with_broader

LANGUAGES = ("en", "zh")
_ARTICLE = re.compile(r"^(?:an?|the) ")
_QUOTED = re.compile('[“「"].*?[”」"]')  # words that stand in the photo name nothing
_OWN = {"a person": "person", "一个人": "person", "text": "graphic", "文字": "graphic"}  # an article is no count


@dataclass(frozen=True, slots=True)
class Judged:
    """By language: whether description or tags name the subject, whether the description does, and names anything.

    ``wrong`` is what is said and not there, by language, and under "tags".
    """

    named: dict[str, bool]
    described: dict[str, bool]
    wrong: dict[str, list[str]]
    thin: dict[str, bool]


def judged(reading: Reading, truth: dict[str, Any]) -> Judged:
    """A description is wrong where a word names no tag that is listed, and thin where it names none but a setting."""
    there = with_broader([*truth["subject"], *truth["there"]])
    told = {tag.key for tag in reading.tags}
    said = {language: _said(reading, truth, language) for language in LANGUAGES}
    wrong = {
        language: [f"{word} ({' or '.join(sorted(keys))})" for word, keys in words if not keys & there]
        for language, words in said.items()
    }
    subject = set(truth["subject"])
    described = {language: any(keys & subject for _, keys in words) for language, words in said.items()}
    return Judged(
        {language: bool(told & subject) or described[language] for language in LANGUAGES},
        described,
        wrong | {"tags": sorted(told - there)},
        {language: not any(_is_more_than_setting(keys) for _, keys in words) for language, words in said.items()},
    )


def words_in(sentence: str, language: str) -> list[tuple[str, frozenset[str]]]:
    """The words of a sentence that name something, each with the tags that would bear it out.

    Like ``emotigram.tags.wording.claims``, but a longer word goes before those inside it (马路 is no horse), everyday
    things count, and a word of a thing and of its kind names the thing: who says taxi does not only say car.
    """
    naming = _naming(language)
    found = _pattern(language).findall(_QUOTED.sub(" ", sentence).lower())
    return [(word, naming[word]) for word in found]


def _said(reading: Reading, truth: dict[str, Any], language: str) -> list[tuple[str, frozenset[str]]]:
    sentence = reading.description[language].lower()
    for word in sorted(truth.get(f"words_ok_{language}", ()), key=len, reverse=True):
        sentence = re.sub(rf"\b{word}\b" if language == "en" else re.escape(word), " ", sentence)
    return words_in(sentence, language)


def _is_more_than_setting(keys: frozenset[str]) -> bool:
    return any(tag_entries()[key]["kind"] != "setting" for key in keys)


@cache
def _naming(language: str) -> dict[str, frozenset[str]]:
    naming: dict[str, set[str]] = {}
    for key, entry in tag_entries().items():
        for word in [*entry[f"words_{language}"], _ARTICLE.sub("", entry[language])]:
            naming.setdefault(word.lower(), set()).add(key)
    narrowest = {
        word: keys - {broader for key in keys for broader in broader_chain(key)[1:]} for word, keys in naming.items()
    }
    return {word: frozenset(keys) for word, keys in narrowest.items()} | {
        word: frozenset({key}) for word, key in _OWN.items()
    }


@cache
def _pattern(language: str) -> re.Pattern[str]:
    words = "|".join(map(re.escape, sorted(_naming(language), key=len, reverse=True)))
    return re.compile(rf"\b(?:{words})\b" if language == "en" else words)
