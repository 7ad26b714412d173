"""Words that mix alphabets to look like others: ``p\u0430ypal`` with a Cyrillic letter."""

from __future__ import annotations

from functools import cache

import regex

_WORD = regex.compile(r"[\p{Latin}\p{Cyrillic}\p{Greek}]+")
_LIKE_CAPITALS = str.maketrans("мкт", "mkt")  # whose capitals alone Unicode's table has
_LATIN, _FOREIGN = regex.compile(r"\p{Latin}"), regex.compile(r"[\p{Cyrillic}\p{Greek}]")


def unmixed(text: str) -> str:
    """The text, as long as before, with Latin letters for all that look like them in words that have Latin ones too.

    By Unicode's table of confusables (UTS 39); a word with a letter that looks like none stays as it is.
    """
    return text if text.isascii() else _WORD.sub(lambda word: _plain(word[0]), text)


def latin(word: str) -> str:
    """A word of Cyrillic or Greek letters in the Latin ones that all of them look like; others stay as they are."""
    if word.isascii() or _LATIN.search(word) or not _FOREIGN.search(word):
        return word
    plain: str = _FOREIGN.sub(lambda letter: _lookalike(letter[0]), word.translate(_LIKE_CAPITALS))
    return plain if plain.isascii() else word


def _plain(word: str) -> str:
    if word.isascii() or not (_LATIN.search(word) and _FOREIGN.search(word)):
        return word
    plain: str = _FOREIGN.sub(lambda letter: _lookalike(letter[0]), word)
    return word if _FOREIGN.search(plain) else plain


@cache
def _lookalike(letter: str) -> str:
    from confusable_homoglyphs.confusables import is_confusable  # noqa: PLC0415  # a megabyte, for such words alone

    found = is_confusable(letter, greedy=True) or []
    alike = [each["c"] for one in found for each in one["homoglyphs"] if each["c"].isascii() and each["c"].isalpha()]
    return next((each for each in alike if each.isupper() == letter.isupper()), letter)
