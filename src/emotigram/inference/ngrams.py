"""Hashed n-grams of English and Chinese text, the affect model's input; training uses the same function."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

BUCKETS = 1 << 17
_LONGEST = 160  # n-grams a text; a tweet has about 40
_NOISE = re.compile(r"https?://\S+|www\.\S+|@\s?\w+|\brt\b|[�]+", re.IGNORECASE)
_UNIT = re.compile(r"[a-z]+(?:['’][a-z]+)?|[0-9]+|[一-鿿]|[!?！？]|[☀-➿\U0001f000-\U0001faff]|:\)|:\(|:d\b|…")


def ngrams(text: str) -> list[str]:
    """Units, pairs and, among Chinese characters, triples; English negation is joined to the two next words."""
    units = _UNIT.findall(_NOISE.sub(" ", text).lower().replace("’", "'"))
    pairs = [f"{a} {b}" for a, b in pairwise(units)]
    triples = [f"{a} {b} {c}" for a, b, c in zip(units, units[1:], units[2:], strict=False) if _joins(a, b)]
    return [*units, *pairs, *triples]


def _joins(first: str, second: str) -> bool:
    is_negation = first in {"not", "no", "never", "without"} or first.endswith("n't")
    return is_negation or (first >= "一" and second >= "一")


def hashed(texts: Sequence[str]) -> NDArray[np.int64]:
    """N-gram numbers in [1, BUCKETS), padded with 0: shape (n, at least 1, at most 160)."""
    rows = [[zlib.crc32(gram.encode()) % (BUCKETS - 1) + 1 for gram in ngrams(text)][:_LONGEST] for text in texts]
    longest = max([1, *map(len, rows)])
    return np.array([row + [0] * (longest - len(row)) for row in rows], dtype=np.int64).reshape(len(rows), longest)
