"""Cuts texts to a length, at the end of a sentence or of a word, never inside an emoji or an accented letter."""

from __future__ import annotations

from collections.abc import Callable

from emotigram.publishing.counting import graphemes

_ENDINGS = frozenset("。！？!?…\n")
_LEAST_KEPT = 0.5  # a sentence end nearer to the start than this loses too much


def trim(text: str, fits: Callable[[str], bool]) -> str:
    """The longest beginning of a text that fits, ended well; '' where not even one character fits."""
    if fits(text):
        return text
    clusters = graphemes(text)
    room = _longest(clusters, lambda start: fits("".join(start)))
    end = _sentence_end(clusters, room)
    if end >= room * _LEAST_KEPT and end:
        return "".join(clusters[:end]).rstrip()
    room = _longest(clusters, lambda start: fits("".join(start).rstrip() + "…"))
    beginning = "".join(clusters[: _word_end(clusters, room)]).rstrip()
    return f"{beginning}…" if beginning else ""


def _longest(clusters: list[str], fits: Callable[[list[str]], bool]) -> int:
    low, high = 0, len(clusters)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(clusters[:middle]) else (low, middle - 1)
    # Counting is not quite monotonic: half a link may weigh more than the whole.
    while low and not fits(clusters[:low]):
        low -= 1
    return low


def _sentence_end(clusters: list[str], room: int) -> int:
    for end in range(room, 0, -1):
        is_full_stop = clusters[end - 1] == "." and end < len(clusters) and clusters[end].isspace()
        if clusters[end - 1] in _ENDINGS or is_full_stop:
            return end
    return 0


def _word_end(clusters: list[str], room: int) -> int:
    if room >= len(clusters) or not (clusters[room].isascii() and clusters[room].isalnum()):
        return room
    for end in range(room, int(room * _LEAST_KEPT), -1):
        if clusters[end - 1].isspace():
            return end
    return room
