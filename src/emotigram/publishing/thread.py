"""Cuts a text that is longer than one post into several, at the end of a sentence or of a word."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from emotigram.domain import Platform
from emotigram.publishing.counting import LINK, fits

# What is never cut: a link, a word of letters that need spaces, white space, else one character as people see it.
_PIECE = regex.compile(
    rf"(?:{LINK.pattern})|[\p{{Latin}}\p{{Cyrillic}}\p{{Greek}}\p{{M}}\p{{N}}#@'’_-]+|\s+|\X", regex.I
)
_ENDINGS = ("。", "！", "？", "!", "?", "…", ".", "\n")
_CLOSERS = tuple("”’」』）】》\"')")  # they belong to the sentence before
_LEAST_FULL = 0.4  # a sentence end nearer to the start than this would make a needlessly short post


def cut_thread(text: str, platform: Platform) -> list[str]:
    """The posts that a text becomes, each within the platform's limits; together they say all of it.

    One post where it fits; none for a blank text. A link, or a character, that is too long by itself stays whole.
    """
    pieces, posts = _pieces(text.strip(), platform), []
    while pieces:
        end = _end(pieces, platform)
        posts.append("".join(pieces[:end]).strip())
        pieces = _without_blanks(pieces[end:])
    return posts


def _end(pieces: Sequence[str], platform: Platform) -> int:
    """How many pieces the next post takes: at least one."""
    if len(pieces) <= _most_pieces(platform) and fits("".join(pieces), platform):
        return len(pieces)
    room = _room(pieces[: _most_pieces(platform)], platform)
    for end in range(room, max(1, int(room * _LEAST_FULL)), -1):
        if _closes(pieces, end):
            return end
    return next((end for end in range(room, 1, -1) if pieces[end - 1].isspace()), room)


def _most_pieces(platform: Platform) -> int:
    """More than fit into a post: each piece counts one or more, but for blanks at both ends."""
    return platform.text_limit + 3


def _room(pieces: Sequence[str], platform: Platform) -> int:
    low, high = 1, len(pieces)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits("".join(pieces[:middle]).strip(), platform) else (low, middle - 1)
    # Counting is not quite monotonic: two pieces may be one link to the platform, or half a link weigh more.
    while low > 1 and not fits("".join(pieces[:low]).strip(), platform):
        low -= 1
    return low


def _closes(pieces: Sequence[str], end: int) -> bool:
    """Whether a sentence ends there: after 。 at once, after a full stop with white space."""
    before, after = pieces[end - 1], pieces[end] if end < len(pieces) else " "
    if before.isspace():
        return "\n" in before or (end > 1 and pieces[end - 2].endswith(_ENDINGS))
    if after.startswith((*_CLOSERS, *_ENDINGS)):
        return False
    if before in _CLOSERS and end > 1:
        before = pieces[end - 2]
    return before.endswith(_ENDINGS) and (not before.isascii() or after.isspace())


def _pieces(text: str, platform: Platform) -> list[str]:
    """What may be parted; a word that is too long for a post comes in characters."""
    found: list[str] = []
    for piece in _PIECE.findall(text):
        # No sign counts more than its bytes, and counting each of many words takes long.
        is_short = len(piece.encode("utf-8", "replace")) <= platform.text_limit
        is_whole = is_short or fits(piece, platform) or LINK.fullmatch(piece)
        found += [piece] if is_whole else regex.findall(r"\X", piece)
    return _graphemes_kept(found, text)


def _graphemes_kept(pieces: list[str], text: str) -> list[str]:
    """Pieces joined again where a border between them would lie inside a character."""
    borders, at = {0}, 0
    for cluster in regex.findall(r"\X", text):
        at += len(cluster)
        borders.add(at)
    kept, at = [""], 0
    for piece in pieces:
        if at in borders:
            kept.append(piece)
        else:
            kept[-1] += piece
        at += len(piece)
    return [piece for piece in kept if piece]


def _without_blanks(pieces: list[str]) -> list[str]:
    start = next((at for at, piece in enumerate(pieces) if not piece.isspace()), len(pieces))
    return pieces[start:]
