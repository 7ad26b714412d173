"""What ``data/contacts.toml`` says of the looks of contact details."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from publicsuffixlist import PublicSuffixList
from pydantic import TypeAdapter

from emotigram.data_files import read_data


@dataclass(frozen=True, slots=True)
class Contacts:
    """The lists of the data file; its comments say what each is for."""

    apps: tuple[str, ...]
    common_words: tuple[str, ...]
    links: tuple[str, ...]
    account_words: frozenset[str]
    schemes: tuple[str, ...]
    schemes_and_words: tuple[str, ...]
    words: frozenset[str]
    titles: frozenset[str]
    names: frozenset[str]
    spelled: tuple[str, ...]
    unmistakable: frozenset[str]
    for_fun: frozenset[str]
    lead_ins: tuple[str, ...]


@cache
def contacts() -> Contacts:
    """The lists, read once."""
    return TypeAdapter(Contacts).validate_python(read_data("contacts.toml"), extra="forbid")


def is_top_level(label: str) -> bool:
    """Whether a label is a top-level domain of the Public Suffix List, in Unicode or Punycode."""
    return _suffixes().is_public(label.lower())


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False, only_icann=True)
