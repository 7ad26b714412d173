"""What of the boxes that a network read is surely text, and in which order people read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import regex

from emotigram.editing.cleaning import visible

MOST_CHARACTERS = 400
_SURE = ((3, 0.97), (4, 0.93), (6, 0.9))  # of so many letters the network has to be so sure; fewer are never enough
_SURE_BESIDE = 0.9  # where sure lines stand in the photo too
_LETTERS = regex.compile(r"[\p{L}\p{N}]")
_HAN = regex.compile(r"\p{Han}")
_SAME_ROW = 0.5  # of the lower one's height
_SAME_SENTENCE = 1.5  # the widest gap within one, in heights


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of text with its confidence in [0, 1] and where it stands, in pixels."""

    text: str
    score: float
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        """In pixels."""
        return self.bottom - self.top


def cleaned(text: str) -> str:
    """The text on one line, without what nobody sees."""
    return " ".join(visible(text).split())


def sure_lines(lines: Sequence[Line]) -> list[Line]:
    """Those that are surely text; short ones only beside others, for leaves and windows look like letters too."""
    if not any(_is_sure(line) for line in lines):
        return []
    return [line for line in lines if _is_sure(line) or (line.score >= _SURE_BESIDE and _LETTERS.search(line.text))]


def in_reading_order(lines: Sequence[Line]) -> list[Line]:
    """Rows from the top down, each from left to right, with the pieces of one sentence joined."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.top):
        row = next((row for row in reversed(rows) if _is_of(line, row)), None)
        if row is None:
            rows.append([line])
        else:
            row.append(line)
    return [line for row in rows for line in _joined(sorted(row, key=lambda line: line.left))]


def cut(texts: Sequence[str]) -> tuple[str, ...]:
    """As many whole lines from the first on as fit into ``MOST_CHARACTERS``, line ends counted."""
    kept: list[str] = []
    room = MOST_CHARACTERS
    for text in texts:
        room -= len(text) + (1 if kept else 0)
        if room < 0:
            break
        kept.append(text)
    return tuple(kept)


def _is_sure(line: Line) -> bool:
    letters = _LETTERS.findall(line.text)
    weight = len(letters) + len(_HAN.findall(line.text))  # one Chinese character says as much as two letters
    if len(set(letters)) < 2:  # windows and railings read AAA
        return False
    return any(weight >= fewest and line.score >= score for fewest, score in _SURE)


def _is_of(line: Line, row: Sequence[Line]) -> bool:
    """Whether it stands at the height of a row and beside its pieces; lines that slope are as high without that."""
    common = min(row[0].bottom, line.bottom) - max(row[0].top, line.top)
    least = min(row[0].height, line.height)
    is_beside = all(min(line.right, each.right) - max(line.left, each.left) < least for each in row)
    return is_beside and common >= _SAME_ROW * least


def _joined(row: Sequence[Line]) -> list[Line]:
    return reduce(_with_next, row[1:], [row[0]])


def _with_next(done: list[Line], line: Line) -> list[Line]:
    last = done[-1]
    if line.left - last.right > _SAME_SENTENCE * max(last.height, line.height):
        return [*done, line]
    both = Line(
        f"{last.text} {line.text}",
        min(last.score, line.score),
        last.left,
        min(last.top, line.top),
        line.right,
        max(last.bottom, line.bottom),
    )
    return [*done[:-1], both]
