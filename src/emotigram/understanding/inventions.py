"""What a post says of a life nobody told of, and judgements and figures that nobody gave."""

from __future__ import annotations

from functools import cache

import regex

from emotigram.data_files import read_data
from emotigram.editing.sentences import sentences
from emotigram.understanding.patterns import compiled


def inventions(text: str, given: str) -> tuple[str, ...]:
    """The pieces of a text that nobody gave, in order; sentences that stand in ``given`` are the user's own."""
    known = given.casefold()
    ours = [each.strip() for each in sentences(text.casefold()) if each.strip(" \n。.!！?？…") not in known]
    found = (match[0] for sentence in ours for pattern in _patterns() for match in pattern.finditer(sentence))
    return tuple(dict.fromkeys(each for each in found if each not in known))


@cache
def _patterns() -> tuple[regex.Pattern[str], ...]:
    return tuple(pattern for entry in read_data("inventions.toml").values() for pattern in compiled(entry))
