"""What an English-only captioner said, for everybody: tags and a Chinese description from the same words."""

from __future__ import annotations

import regex

from emotigram.domain import Captions, Features, Note
from emotigram.editing.cleaning import clean
from emotigram.tags.selection import without_repetition
from emotigram.tags.wording import from_tags, named_in


def captions_in_english(
    description: str, tweet: str = "", features: Features | None = None, notes: tuple[Note, ...] = ()
) -> Captions:
    """Captions with the tags that the English description names, which also say it in Chinese; no second model looks.

    Where the model said nothing the description is that this is a photo; without a tweet the studio words one.
    """
    said, social = line(description), line(tweet)
    tags = without_repetition(named_in(said))
    told = {"en": _sentence(said) or from_tags(tags, "en"), "zh": from_tags(tags, "zh")}
    return Captions(told, {"en": social} if social else {}, tags, features, notes=notes)


def line(answer: str, letters: str = r"\p{Latin}") -> str:
    """A model's answer as one clean line, '' where it holds not one letter (a regex class) of its language."""
    words = " ".join(clean(answer.replace("\ufffd", "")).split())  # a character cut in half where the tokens ended
    return words if regex.search(letters, words) else ""


def _sentence(words: str) -> str:
    """As the embedded engine writes them: captioners speak in small letters and without a full stop."""
    return words[:1].upper() + words[1:] + ("." if words[-1:].isalnum() else "")
