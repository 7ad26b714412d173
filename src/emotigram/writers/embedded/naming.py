"""Which things of a photo the embedded writer names, and how they are said in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter

from emotigram.data_files import read_data
from emotigram.domain import Tag
from emotigram.tags.vocabulary import broader_chain, name_of
from emotigram.writers.embedded.phrase_bank import PhraseBank

_MOST_NAMED = 3
_SURE_ENOUGH = 0.5  # a third thing is named only where it is likelier than not
_SCENES = ("place", "sky", "water")  # said after what is in them


@dataclass(frozen=True, slots=True)
class Naming:
    """What holds in every language; the comments of ``data/naming.toml`` say what each part is for."""

    last_resort: frozenset[str]
    no_hashtag: frozenset[str]
    covers: Mapping[str, frozenset[str]]


@cache
def naming() -> Naming:
    """The rules of ``data/naming.toml``."""
    return TypeAdapter(Naming).validate_python(read_data("naming.toml"), extra="forbid")


def things_to_name(tags: Sequence[Tag], language: str) -> list[Tag]:
    """At most three tags that have a name in the language, likeliest first, without those that others cover."""
    rules = naming()
    known = sorted((tag for tag in tags if name_in(tag, language)), key=lambda tag: -_chance(tag))
    confidences = {tag.key: _chance(tag) for tag in known}
    covered = {
        key
        for tag in known
        for key in {*rules.covers.get(tag.key, ()), *broader_chain(tag.key)[1:]}
        if _chance(tag) >= confidences.get(key, 0) / 2  # a guess hides nothing that is sure
    }
    shown = [tag for tag in known if tag.key not in covered]
    telling = [tag for tag in shown if tag.key not in rules.last_resort] or shown[:1]
    return [tag for rank, tag in enumerate(telling[:_MOST_NAMED]) if rank < 2 or _chance(tag) >= _SURE_ENOUGH]


def name_in(tag: Tag, language: str) -> str:
    """What the tag is called in a language, '' where nobody says."""
    return tag.names.get(language) or name_of(tag.key, language)


def said(tag: Tag, language: str, bank: PhraseBank) -> str:
    """A tag as a phrase of a sentence."""
    return bank.wording.get(tag.key) or name_in(tag, language)


def hashtag(tag: Tag, language: str, bank: PhraseBank) -> str:
    """A tag as a hashtag without its sign, '' where nobody would use it."""
    if tag.key in naming().no_hashtag:
        return ""
    return bank.hashtag_names.get(tag.key, bank.bare(name_in(tag, language))).replace(" ", "")


def joined(tags: Sequence[Tag], language: str, bank: PhraseBank) -> str:
    """Tags as one phrase, ``a dog, a beach and the sea``: subjects before scenes."""
    names = [said(tag, language, bank) for tag in sorted(tags, key=lambda tag: tag.kind in _SCENES)]
    *others, last = names
    return f"{bank.comma.join(others)}{bank.last_comma}{last}" if others else last


def _chance(tag: Tag) -> float:
    """The tag's confidence; an engine that gives none names only what it would say outright."""
    return 1.0 if tag.confidence is None else tag.confidence
