"""How much a text repeats itself, or a post that was written before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import regex

_ORDER = 4  # words, or signs of scripts without spaces: fewer recur by chance
_TOKEN = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}]|[\p{L}\p{M}\p{N}]+")


def repetition(text: str, earlier: Sequence[str] = ()) -> float:
    """Share in [0, 1] of a text's four-grams that it holds twice, or that one earlier post holds: the larger."""
    own = _ngrams(text)
    total = own.total()
    if not total:
        return 0.0
    within = sum(times - 1 for times in own.values()) / total
    return max([within, *(shared(text, post) for post in earlier)])


def shared(text: str, post: str) -> float:
    """Share in [0, 1] of a text's four-grams that another holds too; 1 where they are the same."""
    if text == post:
        return 1.0
    own = _ngrams(text)
    return sum((own & _ngrams(post)).values()) / max(own.total(), 1)


def tokens(text: str) -> list[str]:
    """A text's words in small letters; a Chinese character or a kana is one."""
    return _TOKEN.findall(text.casefold())


def _ngrams(text: str) -> Counter[tuple[str, ...]]:
    words = tokens(text)
    return Counter(tuple(words[at : at + _ORDER]) for at in range(len(words) - _ORDER + 1))
