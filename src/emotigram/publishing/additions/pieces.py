"""What a piece of a text is that somebody must have given: a link, an account, a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["link", "mail", "mention", "account", "wallet", "number", "markup"]
TAKEN = "\0"  # stands in place of what an earlier finder has found


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text; ``key`` is what it has in common with the same piece spelled otherwise."""

    kind: Kind
    start: int
    end: int
    key: str


def masked(text: str, pieces: Sequence[Piece]) -> str:
    """The text with pieces blotted out, as long as before."""
    for piece in pieces:
        text = text[: piece.start] + TAKEN * (piece.end - piece.start) + text[piece.end :]
    return text
