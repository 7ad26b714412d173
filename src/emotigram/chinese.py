"""Simplified and traditional Chinese, by OpenCC."""

from __future__ import annotations

from functools import cache

from opencc import OpenCC


def converted(text: str, conversion: str) -> str:
    """A text by one of OpenCC's conversions, such as ``s2twp`` to Taiwan's signs and words and ``tw2sp`` back."""
    return str(_converter(conversion).convert(text))


@cache
def _converter(conversion: str) -> OpenCC:
    return OpenCC(conversion)
