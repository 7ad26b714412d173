"""Simplified and traditional Chinese, by OpenCC."""

from __future__ import annotations

from functools import cache

from opencc import OpenCC


def converted(text: str, conversion: str) -> str:
    """A text by one of OpenCC's conversions, such as ``s2t``."""
    return str(_converter(conversion).convert(text))


@cache
def _converter(conversion: str) -> OpenCC:
    return OpenCC(conversion)
