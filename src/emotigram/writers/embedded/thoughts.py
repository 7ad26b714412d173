"""The bank of whole thoughts: complete lines and posts by topic, one file a language and topic in ``data/thoughts``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import regex

from emotigram.data_files import data_folders, read_text, words_of
from emotigram.errors import UnknownName

FORMS = ("line", "post", "note", "professional")
ANGLES = ("subject", "moment", "viewer", "question", "image", "joke", "thought", "memory")
_NEEDS = regex.compile(r"\[([a-z_, ]+)\] ?")


@dataclass(frozen=True, slots=True)
class Thought:
    """One publishable thought; ``needs`` are tags that must surely be in the photo too.

    ``{name}`` in it is the specific thing without an article, ``{a_name}`` with one. A note's first paragraph is its
    title.
    """

    text: str
    form: str
    tone: str
    angle: str
    needs: frozenset[str]

    @property
    def is_named(self) -> bool:
        """Whether it has a place for the thing's name."""
        return "{" in self.text


@dataclass(frozen=True, slots=True)
class TopicThoughts:
    """All thoughts of one topic in one language, the hashtags people search for it by, and emoji that suit it."""

    thoughts: tuple[Thought, ...] = ()
    hashtags: tuple[str, ...] = ()
    emoji: tuple[str, ...] = ()


@cache
def thought_languages() -> tuple[str, ...]:
    """The languages that have thoughts."""
    return data_folders("thoughts")


@cache
def thoughts_on(topic: str, language: str) -> TopicThoughts:
    """The thoughts on a topic, none where the language has no file of it; raises UnknownName for the language."""
    if language not in thought_languages():
        raise UnknownName(kind="language of the embedded writer", name=language, known=", ".join(thought_languages()))
    source, convert = words_of(language)
    text = read_text(f"thoughts/{source}/{topic}.toml")
    return _parsed(tomllib.loads(convert(text))) if text else TopicThoughts()


def _parsed(file: Mapping[str, Any]) -> TopicThoughts:
    return TopicThoughts(tuple(_thoughts(file)), tuple(file["hashtags"]), tuple(file["emoji"]))


def _thoughts(file: Mapping[str, Any]) -> Iterator[Thought]:
    for form in FORMS:
        for tone, angles in file.get(form, {}).items():
            for angle, texts in angles.items():
                for text in texts:
                    needs = _NEEDS.match(text)
                    keys = frozenset(needs[1].replace(" ", "").split(",")) if needs else frozenset[str]()
                    yield Thought(_NEEDS.sub("", text, count=1) if needs else text, form, tone, angle, keys)
