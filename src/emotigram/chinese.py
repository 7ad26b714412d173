"""Simplified and traditional Chinese, by OpenCC."""

from __future__ import annotations

from functools import cache

from opencc import OpenCC


def to_taiwan(text: str) -> str:
    """Simplified Chinese in traditional signs and Taiwan's words."""
    return converted(text, "s2twp")


def to_mainland(text: str) -> str:
    """Taiwan's Chinese in simplified signs and the mainland's words."""
    return converted(text, "tw2sp")


def converted(text: str, conversion: str) -> str:
    """A text by one of OpenCC's conversions, such as ``s2t``."""
    return str(_converter(conversion).convert(text))


@cache
def _converter(conversion: str) -> OpenCC:
    return OpenCC(conversion)
