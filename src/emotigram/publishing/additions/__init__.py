"""What a writer adds that nobody gave it: links, addresses, mentions, accounts, long numbers, markup."""

from __future__ import annotations

import regex

from emotigram.domain import Brief
from emotigram.publishing.additions.finding import pieces_of
from emotigram.publishing.additions.folding import fold
from emotigram.publishing.additions.links import MENTION
from emotigram.publishing.additions.ownership import Own, own_of_brief
from emotigram.publishing.additions.pieces import Piece
from emotigram.publishing.additions.removal import cut, without

_MOST_PASSES = 4  # what is taken out may bring together what had stood apart
_DIGITS = regex.compile(r"\d+")


def additions(text: str, brief: Brief) -> tuple[str, ...]:
    """Pieces of a text that the user's own words do not hold, as they are spelled, in order."""
    return tuple(text[piece.start : piece.end] for piece in _added(text, own_of_brief(brief)))


def without_additions(text: str, brief: Brief) -> str:
    """The text without them and the clauses they stand in, and with no more mentions than the platform takes."""
    own = own_of_brief(brief)
    for _ in range(_MOST_PASSES):
        added = _added(text, own)
        if not added:
            break
        marked_up = [piece for piece in added if piece.kind == "markup"]
        text = cut(text, marked_up) if marked_up else without(text, added, lambda said: _holds_own(said, own))
    else:
        text = cut(text, _added(text, own))
    return _with_fewer_mentions(text, brief.platform.mention_limit)


def mentions(text: str) -> int:
    """How many accounts a text mentions."""
    return len(MENTION.findall(text))


def _added(text: str, own: Own) -> list[Piece]:
    return [part for piece in pieces_of(text) for part in own.beside(piece, text)]


def _holds_own(text: str, own: Own) -> bool:
    """Whether a sentence says something of the user's that must not go with what is beside it: a link, a number."""
    said = fold(text).text.casefold()
    has_piece = any(own.beside(piece, text) != [piece] for piece in pieces_of(text))
    return (
        has_piece
        or any(key in said for key in own.keys)
        or any(number in own.numbers for number in _DIGITS.findall(said))
    )


def _with_fewer_mentions(text: str, limit: int) -> str:
    if not limit:
        return text
    for at in reversed([match.start() for match in MENTION.finditer(text)][limit:]):
        text = text[:at] + text[at + 1 :]
    return text
