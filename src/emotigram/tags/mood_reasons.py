"""One sentence on what a mood was read from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from emotigram.data_files import read_data
from emotigram.domain import Affect, Note, Tag
from emotigram.tags.vocabulary import broader_chain

_MOST = 2
_JOIN = {"en": " and ", "zh": "、"}


def mood_reason(affect: Affect, tags: Sequence[Tag], user_text: str) -> Note | None:
    """What speaks for the mood: the user's words, things in the photo, or the picture as a whole.

    Where the photo alone is too close to call it says so; None where there is nothing to give a reason for.
    """
    has_words = bool(user_text.strip())
    if affect.sentiment.is_ambiguous:
        return None if has_words else Note("mood_unclear")
    if affect.mood == "neutral":
        return None
    things = _things(tags, affect.mood)
    if not things:
        return Note("mood_words") if has_words else Note("mood_picture")
    named = {language: _JOIN[language].join(tag.names[language] for tag in things) for language in _JOIN}
    return Note("mood_words_and_things", {"things": named}) if has_words else Note("mood_things", {"things": named})


def _things(tags: Sequence[Tag], mood: str) -> list[Tag]:
    """The tags that speak for a mood, the strongest first; a maltese for what dogs speak for."""
    strengths = _strengths()[mood]
    weighed = [(max(strengths.get(key, 0.0) for key in broader_chain(tag.key)), tag) for tag in tags]
    named = [(strength, tag) for strength, tag in weighed if strength and _JOIN.keys() <= tag.names.keys()]
    return [tag for _, tag in sorted(named, key=lambda pair: -pair[0])[:_MOST]]


@cache
def _strengths() -> Mapping[str, Mapping[str, float]]:
    return read_data("mood_reasons.toml")
