"""All pieces of a text that somebody must have given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache

import regex

from emotigram.publishing.additions.accounts import accounts, wallets
from emotigram.publishing.additions.folding import fold
from emotigram.publishing.additions.links import bare_links, mails, mentions, schemes
from emotigram.publishing.additions.markup import markup
from emotigram.publishing.additions.numbers import numbers
from emotigram.publishing.additions.pieces import Piece, masked

# In this order: what one has found, the next does not see.
_FINDERS: tuple[Callable[[str], Iterator[Piece]], ...] = (
    markup, schemes, mails, mentions, bare_links, wallets, accounts, numbers,
)  # fmt: skip


@lru_cache(maxsize=512)  # a text is looked through for what to take out, then for what to tell of it
def pieces_of(text: str) -> tuple[Piece, ...]:
    """Links, addresses, mentions, accounts, long numbers and markup of a text, in order, none within another."""
    folded = fold(text)
    rest, found = folded.text, list[Piece]()
    for finder in _FINDERS:
        new = _apart(sorted(finder(rest), key=lambda piece: (piece.start, -piece.end)))
        rest = masked(rest, new)
        found += new
    spans = (folded.span(piece.start, piece.end) for piece in found)
    meant = [replace(piece, start=start, end=end) for piece, (start, end) in zip(found, spans, strict=True)]
    return tuple(_apart(sorted(meant, key=lambda piece: piece.start)))


def _apart(pieces: list[Piece]) -> list[Piece]:
    kept: list[Piece] = []
    for piece in pieces:
        if piece.end > piece.start and (not kept or piece.start >= kept[-1].end):
            kept.append(piece)
    return kept


def tokens_of(text: str) -> frozenset[str]:
    """The words and numbers of a text, folded, in small letters."""
    return frozenset(regex.findall(r"[\p{Latin}\p{N}_]+(?:[.-][\p{Latin}\p{N}_]+)*", fold(text).text.casefold()))
