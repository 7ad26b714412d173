"""Cuts texts at the end of a sentence or of a word, never inside a character: to a length, or into several posts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import regex

from emotigram.domain import Platform
from emotigram.editing.counting import LINK, fits, graphemes

# What a thread never cuts: a link, a word of letters that need spaces, white space, else one character as people see it
_PIECE = regex.compile(
    rf"(?:{LINK.pattern})|[\p{{Latin}}\p{{Cyrillic}}\p{{Greek}}\p{{M}}\p{{N}}#@'’_-]+|\s+|\X", regex.I
)
_ENDINGS = ("。", "！", "？", "!", "?", "…", ".", "\n")
_CLOSERS = tuple("”’」』）】》\"')")  # they belong to the sentence before
_LEAST_KEPT = 0.5  # a sentence end nearer to the start than this loses too much
_LEAST_FULL = 0.4  # one nearer to the start than this would make a needlessly short post


def trim(text: str, fit: Callable[[str], bool]) -> str:
    """The longest beginning of a text that fits, ended well; '' where not even one character fits."""
    if fit(text):
        return text
    clusters = graphemes(text)
    room = _longest(clusters, lambda start: fit("".join(start)))
    end = next((end for end in range(room, 0, -1) if _closes(clusters, end)), 0)
    if end >= room * _LEAST_KEPT and end:
        return "".join(clusters[:end]).rstrip()
    room = _longest(clusters, lambda start: fit("".join(start).rstrip() + "…"))
    beginning = "".join(clusters[: _word_end(clusters, room)]).rstrip()
    return f"{beginning}…" if beginning else ""


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
    room = _longest(pieces[: _most_pieces(platform)], lambda start: fits("".join(start).strip(), platform), least=1)
    for end in range(room, max(1, int(room * _LEAST_FULL)), -1):
        if _closes(pieces, end):
            return end
    return next((end for end in range(room, 1, -1) if pieces[end - 1].isspace()), room)


def _most_pieces(platform: Platform) -> int:
    """More than fit into a post: each piece counts one or more, but for blanks at both ends."""
    return platform.text_limit + 3


def _closes(pieces: Sequence[str], end: int) -> bool:
    """Whether a sentence ends after so many pieces: after 。 at once, after a full stop with white space."""
    before, after = pieces[end - 1], pieces[end] if end < len(pieces) else " "
    if before.isspace():
        return "\n" in before or (end > 1 and pieces[end - 2].endswith(_ENDINGS))
    if after.startswith((*_CLOSERS, *_ENDINGS)) and not after.isspace():
        return False
    while before in _CLOSERS and end > 1:
        end -= 1
        before = pieces[end - 1]
    is_sure = not before.isascii() or after.isspace() or (not before.endswith(".") and not after.isascii())
    return before.endswith(_ENDINGS) and is_sure


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


def _longest(pieces: Sequence[str], fit: Callable[[Sequence[str]], bool], least: int = 0) -> int:
    """How many pieces from the start fit, ``least`` at least."""
    low, high = least, len(pieces)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fit(pieces[:middle]) else (low, middle - 1)
    # Counting is not quite monotonic: half a link may weigh more than the whole, two pieces may be one link.
    while low > least and not fit(pieces[:low]):
        low -= 1
    return low


def _word_end(clusters: list[str], room: int) -> int:
    if room >= len(clusters) or not (clusters[room].isascii() and clusters[room].isalnum()):
        return room
    for end in range(room, int(room * _LEAST_KEPT), -1):
        if clusters[end - 1].isspace():
            return end
    return room
