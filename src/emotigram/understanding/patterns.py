"""Patterns of a data file as one expression a language, so that a text is searched once for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import regex

LANGUAGES = ("zh", "en", "es", "ja", "ko")
_SPELLED = ("en", "es")  # words with spaces between them: no pattern begins or ends within one


def compiled(entry: Mapping[str, Iterable[str]], prefix: str = "") -> tuple[regex.Pattern[str], ...]:
    """One expression a language that an entry has patterns of, under its key or behind a prefix."""
    return tuple(
        regex.compile(_bounded("|".join(found)) if language in _SPELLED else "|".join(found))
        for language in LANGUAGES
        if (found := tuple(entry.get(f"{prefix}{language}", ())))
    )


def matches(patterns: Iterable[regex.Pattern[str]], text: str) -> bool:
    """Whether any of the patterns is in a text."""
    return any(pattern.search(text) for pattern in patterns)


def without(patterns: Iterable[regex.Pattern[str]], text: str) -> str:
    """The text with a space for each match."""
    for pattern in patterns:
        text = pattern.sub(" ", text)
    return text


def _bounded(body: str) -> str:
    return rf"(?<![\p{{L}}\p{{N}}])(?:{body})(?![\p{{L}}\p{{N}}])"
