"""Markup in a folded text: tags, scripts, comments."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from emotigram.publishing.additions.pieces import Piece

# "<https://example.com>" and "<name@example.com>" are links, in the manner of mail and of Markdown.
_LINK = r"(?:[a-z][a-z0-9+.-]+://|[\w.+-]+@|mailto:)[^\s<>]+>|[\w-]+(?:\.[\w-]+)+(?:[/?#:][^\s<>\"'=]*)?>"
_INSIDE = r"(?:=\s*(?:\"[^\"]*\"|'[^']*')|[^<>])*+"
_ATTRIBUTE = (
    r"(?:src|href|srcdoc|style|action|data|on(?:error|load|click|focus|toggle|start|begin|mouse[a-z]+|key[a-z]+))"
)
_MARKUP = regex.compile(
    r"<(?P<name>script|style|iframe|object|svg|template|noscript)\b[^<>]*>(?:.*?</(?P=name)\s*>)?"
    r"|<!--.*?(?:-->|$)|<!\[CDATA\[.*?(?:\]\]>|$)"
    rf"|<(?!{_LINK})(?:/?[a-z]|[!?/][^\s<>\d]){_INSIDE}>"
    # Never closed: a browser reads it all the same. "x<y" is mathematics.
    rf"|<(?!{_LINK})[a-z][^\s<>=]*\s[^<>\n]*=[^<>\n]*"
    rf"|(?<!(?<!\w)\w)<(?:/?[a-z]|[!?][a-z\[])[^\s<>]*(?:\s+{_ATTRIBUTE}(?![\w])[^\s<>]*)*"
    r"|(?<=(?<!\w)\w)<(?:/[a-z]|[!?][a-z\[]|[a-z](?:[\w/=:-]|[\"']\w))[^\s<>]*",
    regex.I | regex.S,
)


def markup(text: str) -> Iterator[Piece]:
    """What a browser would read as markup rather than show; ``<3`` is a heart."""
    if "<" not in text:
        return
    for found in _MARKUP.finditer(text):
        yield Piece("markup", found.start(), found.end(), found[0].casefold())
