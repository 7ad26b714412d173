"""Which of a writer's hashtags are topics: no contacts, and none in a script that the post's readers do not read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import regex

from emotigram.domain import Brief
from emotigram.editing.cleaning import clean_hashtags, visible
from emotigram.publishing.additions.finding import pieces_of
from emotigram.publishing.additions.folding import fold
from emotigram.publishing.additions.ownership import Own, own_of_brief

_LETTER = regex.compile(r"\p{L}")
_READ_BY_ALL = r"\p{Latin}"  # brands and names are in Latin letters in every language


def sorted_out(hashtags: Sequence[str], brief: Brief) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The hashtags to keep, clean, and those to leave out, with their sign."""
    own, told = own_of_brief(brief), _flat(brief.reading.user_text)
    kept, left_out = list[str](), list[str]()
    for hashtag in hashtags:
        for word in clean_hashtags([hashtag]):
            is_theirs = _flat(word) in told
            if is_theirs or not (_holds_contact(hashtag, word, own) or _is_foreign(word, brief)):
                kept.append(word)
            else:
                left_out.append(f"#{visible(hashtag).strip('#＃ ')}")
    return clean_hashtags(kept), tuple(left_out)


def _holds_contact(hashtag: str, word: str, own: Own) -> bool:
    spelled = {visible(hashtag), word}  # without its marks "evil.com" is none, nor "@name"
    return any(not own.holds(piece) for each in spelled for piece in pieces_of(each))


def _is_foreign(word: str, brief: Brief) -> bool:
    """Whether most letters are in a script other than the post's, and not Latin."""
    read = regex.findall(rf"(?=\p{{L}})(?:{brief.language.script}|{_READ_BY_ALL})", word)
    return 2 * len(read) < len(_LETTER.findall(word))


@lru_cache(maxsize=512)
def _flat(text: str) -> str:
    return regex.sub(r"[^\p{L}\p{N}]", "", fold(text).text.casefold())
