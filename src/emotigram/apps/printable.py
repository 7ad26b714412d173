"""Words of users, photos and models, made safe for a terminal."""

from __future__ import annotations

import re

# A file name or a model's words could hold commands for the terminal.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    """Return the text without control characters but for tabs and line ends."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
