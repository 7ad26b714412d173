"""What things are called in a sentence and as a hashtag."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter

from emotigram.data_files import read_data, read_language
from emotigram.domain import Tag
from emotigram.tags.vocabulary import name_of


@dataclass(frozen=True, slots=True)
class Manner:
    """How a language's thoughts are put together; ``data/thoughts/<language>.toml`` says what each part is for."""

    gap: str
    full_stop: str
    articles: tuple[str, ...]
    hashtag_names: Mapping[str, str]

    def bare(self, name: str) -> str:
        """A name without its article."""
        for article in self.articles:
            name = name.removeprefix(article)
        return name


@cache
def manner(language: str) -> Manner:
    """The manner of a language; raises FileNotFoundError for one without thoughts."""
    return TypeAdapter(Manner).validate_python(read_language("thoughts", language), extra="forbid")


def name_in(tag: Tag, language: str) -> str:
    """What the tag is called in a language, '' where nobody says."""
    return tag.names.get(language) or name_of(tag.key, language)


def hashtag(tag: Tag, language: str) -> str:
    """A tag as a hashtag without its sign, '' where nobody would use it."""
    if tag.key in _no_hashtag():
        return ""
    own = manner(language)
    return own.hashtag_names.get(tag.key, own.bare(name_in(tag, language))).replace(" ", "").replace("-", "")


@cache
def _no_hashtag() -> frozenset[str]:
    return frozenset(read_data("naming.toml")["no_hashtag"])
