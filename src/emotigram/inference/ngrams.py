"""Numbered n-grams of English and Chinese text, the affect model's input; training uses the same functions."""

from __future__ import annotations

import html
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import regex
from numpy.typing import NDArray

_LONGEST_TEXT = 2000  # characters that are read; more than any platform's post
_PIECES = (3, 4, 5)  # letters: they see through hashtags, misspellings and inflection
_ESCAPED = regex.compile(r"\\u([0-9a-fA-F]{4})")  # left over in some tweet collections
_LINK = regex.compile(r"https?://\S+|www\.\S+|(?<![a-zA-Z])t\.c[on]/\S+")
_NAME = regex.compile(r"@\s?[\w-]+|\bRT\b|\ufffd+")
_STRETCHED = regex.compile(r"([a-z!?~。！？哈呜])\1{2,}")
_UNIT = regex.compile(
    r"""‹link›|\[\p{Han}[^\[\]\s]{0,5}\]          # a link; Weibo's written emoji
    |[a-z]+(?:'[a-z]+)?|[0-9]+|\p{Han}
    |\p{Extended_Pictographic}|\p{Regional_Indicator}
    |[:;=]'?-?[()dp/|]+|<3|\^_*\^|t_t|qaq|[!?！？…~#]""",
    regex.VERBOSE,
)
_STOP = frozenset("!?！？…~#") | {"‹link›"}
_NOT_EN = frozenset(
    {
        "not",
        "no",
        "never",
        "without",
        "hardly",
        "nothing",
        "nobody",
        "neither",
        "nor",
        "cannot",
        "dont",
        "didnt",
        "doesnt",
        "isnt",
        "wasnt",
        "cant",
        "wont",
    }
)
_NOT_ZH = frozenset("不没未无别")
_REACH_EN, _REACH_ZH = 3, 4  # units a negation reaches over


def ngrams(text: str) -> list[str]:
    """Each once: units, pairs, negated units, triples of Chinese characters or after a negation, pieces of words."""
    units = _UNIT.findall(_cleaned(text))
    grams = [*units, *(f"{a} {b}" for a, b in pairwise(units))]
    grams += [f"{a} {b} {c}" for a, b, c in zip(units, units[1:], units[2:], strict=False) if _joins(a, b, c)]
    grams += _negated(units)
    grams += [piece for unit in units if unit[0].isascii() and unit.isalpha() for piece in _pieces(unit)]
    return list(dict.fromkeys(grams))


def hashes(text: str) -> NDArray[np.uint32]:
    """CRC-32 of each n-gram of a text, shape (n,)."""
    return np.array([zlib.crc32(gram.encode()) for gram in ngrams(text)], dtype=np.uint32)


@dataclass(frozen=True, slots=True)
class KnownNgrams:
    """The n-grams that a model learned, as rising CRC-32 values (uint32); the first has number 1."""

    crcs: NDArray[np.uint32]

    @classmethod
    def load(cls, path: Path) -> KnownNgrams:
        """Read what ``save`` wrote; raises OSError, ValueError or KeyError."""
        with np.load(path) as arrays:
            return cls(arrays["crcs"])

    def save(self, path: Path) -> None:
        """Write them as one array."""
        np.savez(path, crcs=self.crcs)

    def numbers(self, wanted: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Numbers of those hashes that are known."""
        if not len(self.crcs):
            return np.zeros(0, np.int64)
        places = np.searchsorted(self.crcs, wanted)
        is_known = self.crcs[np.minimum(places, len(self.crcs) - 1)] == wanted
        numbers: NDArray[np.int64] = (places[is_known] + 1).astype(np.int64)
        return numbers

    def table(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Numbers of the texts' n-grams, padded with 0: shape (n, at least 1)."""
        rows = [self.numbers(hashes(text)) for text in texts]
        padded = np.zeros((len(rows), max([1, *map(len, rows)])), dtype=np.int64)
        for row, numbers in zip(padded, rows, strict=True):
            row[: len(numbers)] = numbers
        return padded


def _cleaned(text: str) -> str:
    decoded = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), html.unescape(text[:_LONGEST_TEXT]))
    plain = _NAME.sub(" ", _LINK.sub(" ‹link› ", decoded)).lower().replace("’", "'")
    return _STRETCHED.sub(r"\1\1", plain)


def _is_negation(unit: str) -> bool:
    return unit in _NOT_EN or unit.endswith("n't") or unit in _NOT_ZH


def _joins(first: str, second: str, third: str) -> bool:
    return _is_negation(first) or all("一" <= unit[0] <= "鿿" for unit in (first, second, third))


def _negated(units: Sequence[str]) -> Iterator[str]:
    """What stands soon after a negation, marked: words (Das and Chen 2001), Chinese characters and pairs of them."""
    for at, unit in enumerate(units):
        if not _is_negation(unit):
            continue
        reach = _REACH_ZH if unit in _NOT_ZH else _REACH_EN
        after = units[at + 1 : at + 1 + reach]
        ends = next((i for i, each in enumerate(after) if each in _STOP), len(after))
        yield from (f"not:{each}" for each in after[:ends])
        if unit in _NOT_ZH:
            yield from (f"not:{a}{b}" for a, b in pairwise(after[:ends]))


def _pieces(word: str) -> Iterator[str]:
    edged = f"<{word}>"
    for length in _PIECES:
        yield from (f"…{edged[start : start + length]}" for start in range(len(edged) - length + 1))
