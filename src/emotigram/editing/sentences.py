"""Texts in sentences and clauses, each with the marks and breaks that end it."""

from __future__ import annotations

import regex

_CLOSERS = r"[”’」』）】》\"')]*"
_SENTENCE = regex.compile(rf".+?(?:[。！？!?…]+{_CLOSERS}|(?<!\b\p{{Lu}})\.+{_CLOSERS}(?=\s|$)|\n|$)\s*", regex.DOTALL)
_SIGN = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}"
_CLAUSE = regex.compile(rf".+?(?:[，、；：,;:]+(?=[\s{_SIGN}]|$)|\s+[–—-]+(?=\s)|$)\s*", regex.DOTALL)


def sentences(text: str) -> list[str]:
    """The sentences of a text in order; together they are the text."""
    return _SENTENCE.findall(text)


def clauses(sentence: str) -> list[str]:
    """The clauses of a sentence in order; together they are the sentence."""
    return _CLAUSE.findall(sentence)
