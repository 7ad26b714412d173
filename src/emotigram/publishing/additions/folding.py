"""A text as it is meant rather than spelled: for finding and comparing, never for publishing."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

import regex

from emotigram.editing.lookalikes import unmixed

# They would become signs of links; "：" is folded, since it stands before many.
_KEPT = frozenset("，！？；（）…")
_LETTERS_IN_SHAPES = ((0x1F150, 0x1F169), (0x1F170, 0x1F189))  # white on black: without a decomposition
_SMALL_CAPITAL = "LATIN LETTER SMALL CAPITAL "
# Escaped once or more, and those that browsers read without their semicolon too
_ENTITY = regex.compile(
    r"&(?:(?:amp|#0*38|#x0*26);?)*(?:#\d{1,7};?|#x[0-9a-f]{1,6};?|[a-z]{2,8};|(?:lt|gt|amp|quot);?)", regex.I
)
_MOST_ESCAPES = 4
# The sign of a hashtag says nothing where no hashtag is before it: "wechat: #name88". Of links and names it is a part.
_SIGN = regex.compile(
    r"(?<![A-Za-z0-9_&/])(?<!://\S{0,300})(?<![#＃][\p{L}\p{M}\p{N}_]{1,40}[#＃]?\s{0,3})[#＃]+(?=[\p{L}\p{N}_])"
)


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
    """A text in NFKC, entities and digits of any kind as they are meant, without combining marks.

    Words that mix alphabets are in Latin letters where they look so.

    >>> fold("ｅｖｉｌ．ｃｏｍ ①②").text
    'evil.com 12'
    """
    entities = {match.start(): match for match in _ENTITY.finditer(text)} if "&" in text else {}
    signs = {at for match in _SIGN.finditer(text) for at in range(*match.span())} if _has_sign(text) else set[int]()
    if text.isascii() and not entities and not signs:
        return Folded(text, tuple(range(len(text) + 1)))
    folded, after = list[tuple[int, str]](), 0
    for at, character in enumerate(text):
        if at >= after and at not in signs:
            entity = entities.get(at)
            after = entity.end() if entity else at + 1
            meant = _unescaped(entity[0]) if entity else character
            folded += [(at, sign) for each in meant for sign in _folded(each)]
    said = "".join(sign for _, sign in folded)
    return Folded(unmixed(said), (*(at for at, _ in folded), len(text)))


def _has_sign(text: str) -> bool:
    return "#" in text or "＃" in text


def _unescaped(entity: str) -> str:
    for _ in range(_MOST_ESCAPES):
        entity = unescape(entity)
    return entity


@lru_cache(maxsize=8192)
def _folded(character: str) -> str:
    if character.isascii() or character in _KEPT:
        return character
    if unicodedata.category(character) in ("Mn", "Me"):
        return ""
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    return _letter_in_shape(character) or unicodedata.normalize("NFKC", character)


def _letter_in_shape(character: str) -> str:
    name = unicodedata.name(character, "")
    if name.startswith(_SMALL_CAPITAL) and len(name) == len(_SMALL_CAPITAL) + 1:
        return name[-1].lower()
    code = ord(character)
    return next((chr(ord("a") + code - low) for low, high in _LETTERS_IN_SHAPES if low <= code <= high), "")
