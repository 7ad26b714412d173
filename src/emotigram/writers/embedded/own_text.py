"""The user's own words as they stand in a post: whole, once, first."""

from __future__ import annotations

from emotigram.domain import Brief
from emotigram.editing.cleaning import clean
from emotigram.editing.languages import LEAST_IN_SCRIPT, language_share


def own_text(brief: Brief) -> str:
    """The user's words, cleaned, where they are in the post's language; '' where they are not, or there are none."""
    words = clean(brief.reading.user_text)
    return words if words and is_in_language(words, brief) else ""


def is_in_language(text: str, brief: Brief) -> bool:
    """Whether a text can stand in the post: most of its words are of the language, as far as anybody can tell."""
    return language_share(text, brief.language) >= LEAST_IN_SCRIPT
