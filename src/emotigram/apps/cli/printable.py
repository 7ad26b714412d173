"""Words of users, photos and models, made safe for a terminal."""

from __future__ import annotations

import re

# A file name or a model's words could hold commands for the terminal, or have words shown in another order.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """Return the text without control characters, of directions too, but for tabs and line ends."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def one_line(text: str, most: int = 100) -> str:
    """Return at most so many characters of the text on one line, with only what is seen."""
    seen = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text[:most])
    return f"{seen}…" if len(text) > most else seen
