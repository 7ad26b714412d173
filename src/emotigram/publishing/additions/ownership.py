"""What the user gave: their own words hold it, however they or the writer spell it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import regex

from emotigram.domain import Brief
from emotigram.publishing.additions.finding import pieces_of, tokens_of
from emotigram.publishing.additions.folding import fold
from emotigram.publishing.additions.numbers import digits_of
from emotigram.publishing.additions.pieces import Piece

_NUMBERS = regex.compile(r"\+?\(?\d(?:[\s.()/·–—-]{0,3}\d)*")
_LONGEST_PREFIX = 4  # digits that a country's code, or the 0 before an area, adds to a number
_FEWEST_SHARED = 7


@dataclass(frozen=True, slots=True)
class Own:
    """Keys of the pieces of the user's own words, their numbers, and all of their words."""

    keys: frozenset[str]
    numbers: frozenset[str]
    words: frozenset[str]

    def holds(self, piece: Piece) -> bool:
        """Whether a piece of another text is one of the user's."""
        if piece.key in self.keys:
            return True
        if piece.kind == "link":
            return any(key.startswith((f"{piece.key}/", f"{piece.key}?", f"{piece.key}#")) for key in self.keys)
        if piece.kind == "mention":
            return piece.key.lstrip("@") in self.words or any(map(piece.key.startswith, self._ended_by_script()))
        if piece.kind == "account":
            return piece.key in self.words or digits_of(piece.key) in self.numbers
        return piece.kind == "number" and any(_is_same(piece.key, number) for number in self.numbers)

    def beside(self, piece: Piece, text: str) -> list[Piece]:
        """What a piece of a text holds besides what is the user's: nothing, itself, or the number next to theirs."""
        if self.holds(piece):
            return []
        if piece.kind != "number":
            return [piece]
        at = _digit_places(text, piece)
        for own in self._spelled_numbers():
            start = piece.key.find(own)
            if start >= 0 and len(at) == len(piece.key):
                sides = ((0, start), (start + len(own), len(piece.key)))
                return [
                    replace(piece, start=at[one], end=at[other - 1] + 1, key=piece.key[one:other])
                    for one, other in sides
                    if other - one >= _FEWEST_SHARED
                ]
        return [piece]

    def _spelled_numbers(self) -> list[str]:
        """The user's long numbers, with and without what a country's code adds to them, the longest first."""
        spelled = {own[cut:] for own in self.numbers for cut in range(_LONGEST_PREFIX + 1)}
        return sorted((each for each in spelled if len(each) >= _FEWEST_SHARED), key=len, reverse=True)

    def _ended_by_script(self) -> tuple[str, ...]:
        """Mentions that other words may follow without a space, as Chinese does."""
        return tuple(
            key for key in self.keys if regex.fullmatch(r"@.*[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]", key)
        )


def own_of_brief(brief: Brief) -> Own:
    """What is the user's in a brief: their words, and the post to revise.

    What stands in the photo is whoever's, and links of earlier posts belonged to those.
    """
    return own_of(f"{brief.reading.user_text}\n{brief.previous}")


@lru_cache(maxsize=64)  # every candidate is held against the same words
def own_of(text: str) -> Own:
    """What the user's words hold."""
    folded = fold(text).text
    keys = frozenset(piece.key for piece in pieces_of(text))
    numbers = frozenset(digits_of(number) for number in _NUMBERS.findall(folded))
    accounts = frozenset(piece.key for piece in pieces_of(text) if piece.kind == "number")
    return Own(keys, numbers | accounts, tokens_of(text))


def _digit_places(text: str, piece: Piece) -> list[int]:
    return [at for at in range(piece.start, piece.end) if digits_of(fold(text[at]).text)]


def _is_same(number: str, own: str) -> bool:
    short, long = sorted((number.lstrip("0"), own.lstrip("0")), key=len)
    is_close = len(long) - len(short) <= _LONGEST_PREFIX
    return short == long or (len(short) >= _FEWEST_SHARED and is_close and long.endswith(short))
