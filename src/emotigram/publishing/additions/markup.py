"""Markup in a folded text: tags, scripts, comments."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from emotigram.publishing.additions.pieces import Piece

_TAG = r"</?[a-z][a-z0-9-]*(?:\s[^<>\n]*=[^<>\n]*|\s*/?\s*)>|<[!?][a-z][^<>\n]*>"
_MARKUP = regex.compile(
    r"<(?P<name>script|style|iframe|object|svg|template|noscript)\b[^<>]*>(?:.*?</(?P=name)\s*>)?"
    rf"|<!--.*?(?:-->|$)|{_TAG}"
    r"|<[a-z][a-z0-9-]*\s[^<>\n]*=[^<>\n]*",  # never closed: a browser reads it all the same
    regex.I | regex.S,
)


def markup(text: str) -> Iterator[Piece]:
    """What a browser would read as markup rather than show; ``<3`` is a heart."""
    for found in _MARKUP.finditer(text):
        yield Piece("markup", found.start(), found.end(), found[0].casefold())
