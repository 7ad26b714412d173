"""A text as it is meant rather than spelled: for finding and comparing, never for publishing."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import regex

# They would become signs of links; "：" is folded, since it stands before many.
_KEPT = frozenset("，！？；（）…")
_LETTERS_IN_SHAPES = ((0x1F150, 0x1F169), (0x1F170, 0x1F189))  # white on black: without a decomposition
_WORD = regex.compile(r"[\p{Latin}\p{Cyrillic}\p{Greek}]+")
_LATIN, _FOREIGN = regex.compile(r"\p{Latin}"), regex.compile(r"[\p{Cyrillic}\p{Greek}]")


@dataclass(frozen=True, slots=True)
class Folded:
    """``text`` in plain letters and digits; ``starts`` says where in the original each of its characters began."""

    text: str
    starts: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A stretch of ``text`` as one of the original."""
        after = self.starts[end]
        return self.starts[start], after if end == start or self.starts[end - 1] < after else after + 1


def fold(text: str) -> Folded:
    """Compatibility forms (NFKC), digits of any kind as 0 to 9, no combining marks, lookalikes in Latin words as Latin.

    >>> fold("ｅｖｉｌ．ｃｏｍ ①②").text
    'evil.com 12'
    """
    if text.isascii():
        return Folded(text, tuple(range(len(text) + 1)))
    folded = [(at, sign) for at, character in enumerate(text) for part in _folded(character) for sign in part]
    said = "".join(sign for _, sign in folded)
    return Folded(_WORD.sub(lambda word: plain(word[0]), said), (*(at for at, _ in folded), len(text)))


def plain(word: str) -> str:
    """A word that mixes Latin with Cyrillic or Greek letters in Latin ones, as far as they look alike (UTS 39)."""
    if word.isascii() or not (_LATIN.search(word) and _FOREIGN.search(word)):
        return word
    return _FOREIGN.sub(lambda letter: _lookalike(letter[0]), word)


def _folded(character: str) -> Iterator[str]:
    if character.isascii() or character in _KEPT:
        yield character
    elif unicodedata.category(character) in ("Mn", "Me"):
        return
    elif (digit := unicodedata.digit(character, None)) is not None:
        yield str(digit)
    else:
        yield _letter_in_shape(character) or unicodedata.normalize("NFKC", character)


def _letter_in_shape(character: str) -> str:
    code = ord(character)
    return next((chr(ord("a") + code - low) for low, high in _LETTERS_IN_SHAPES if low <= code <= high), "")


@cache
def _lookalike(letter: str) -> str:
    from confusable_homoglyphs.confusables import is_confusable  # noqa: PLC0415  # a megabyte, for such words alone

    found = is_confusable(letter, greedy=True) or []
    alike = (each["c"] for one in found for each in one["homoglyphs"] if len(each["c"]) == 1)
    return next((each for each in alike if each.isascii() and each.isalpha()), letter)
