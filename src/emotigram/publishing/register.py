"""Whether a post beside serious words stays sober: nothing of ours that cheers."""

from __future__ import annotations

import regex

from emotigram.domain import Brief
from emotigram.publishing.finish import Finished

_CHEER = regex.compile(r"\p{Extended_Pictographic}|[!！~～]|哈哈|嘻嘻|lol\b|haha|\byay\b|😂", regex.IGNORECASE)


def cheer(made: Finished, brief: Brief) -> tuple[str, ...]:
    """What cheers in a post that is to be sober, and was not in the user's own words: signs, laughter, hashtags."""
    if not brief.is_sober:
        return ()
    own = f"{brief.reading.user_text}\n{brief.previous}"
    signs = [each[0] for each in _CHEER.finditer(f"{made.title}\n{made.text}") if each[0] not in own]
    return (*dict.fromkeys(signs), *(tag for tag in made.hashtags if tag.casefold() not in own.casefold()))
