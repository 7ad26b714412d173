"""How long a text is, in the units each platform counts by."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from importlib import resources
from types import ModuleType
from typing import Any

import regex

from emotigram.domain import Platform

LINK = regex.compile(r"https?://[^\s\p{Han}\p{Hiragana}\p{Katakana}，。！？；：、（）「」]+", regex.IGNORECASE)
_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[#*0-9]\uFE0F?\u20E3")


def count(text: str, platform: Platform) -> int:
    """Length of a text in the platform's units, links as long as the platform makes them.

    ``characters`` are code points, ``graphemes`` what people see as one, ``utf16`` code units as Telegram counts them;
    ``emoji_bytes`` are code points but for emoji, which count their UTF-8 bytes (Threads); ``weighted`` is X's rule.
    """
    if platform.counting == "weighted":
        return _weighted(text)
    links = LINK.findall(text) if platform.link_length else []
    rest = LINK.sub("", text) if links else text
    return len(links) * platform.link_length + _units(rest, platform.counting)


def fits(text: str, platform: Platform) -> bool:
    """Whether a text keeps the platform's hard limits of length."""
    if platform.byte_limit and len(text.encode("utf-8", "surrogatepass")) > platform.byte_limit:
        return False
    return not (platform.text_limit and platform.text_limit_is_hard) or count(text, platform) <= platform.text_limit


def title_length(title: str, platform: Platform) -> int:
    """Length of a title in the platform's units: code points, or Xiaohongshu's half widths.

    ``half_width``: ceil(sum of 2 a UTF-16 unit above 127, else 1, over 2), from
    https://github.com/xpzouying/xiaohongshu-mcp, ``pkg/xhsutil``.
    """
    if platform.title_counting == "characters":
        return len(title)
    encoded = title.encode("utf-16-le", "surrogatepass")
    units = (int.from_bytes(encoded[at : at + 2], "little") for at in range(0, len(encoded), 2))
    return math.ceil(sum(2 if unit > 127 else 1 for unit in units) / 2)


def graphemes(text: str) -> list[str]:
    """The text cut into user-perceived characters (extended grapheme clusters)."""
    return regex.findall(r"\X", text)


def _units(text: str, counting: str) -> int:
    if counting == "graphemes":
        return len(graphemes(text))
    if counting == "utf16":
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    if counting == "emoji_bytes":
        return sum(
            len(each.encode("utf-8", "surrogatepass") if _EMOJI.match(each) else each) for each in graphemes(text)
        )
    return len(text)


@lru_cache(maxsize=512)  # a post is counted several times on its way, and the parser takes a millisecond
def _weighted(text: str) -> int:
    """X's weights: 1 for light signs, else 2; 23 for a link and 2 for an emoji sequence (twitter-text, config v3)."""
    return int(_twitter_text().parse_tweet(text.encode("utf-8", "replace").decode("utf-8")).weightedLength)


@cache
def _twitter_text() -> Any:
    with _pkg_resources():
        import twitter_text  # noqa: PLC0415  # loads tables of emoji and domains that only X needs
    return twitter_text


@contextmanager
def _pkg_resources() -> Iterator[None]:
    """Stand in for ``pkg_resources`` while twitter-text-parser reads its one file: setuptools 82 no longer has it."""
    if "pkg_resources" in sys.modules:
        yield
        return
    module = ModuleType("pkg_resources")
    module.resource_string = _resource_string  # type: ignore[attr-defined]
    sys.modules["pkg_resources"] = module
    try:
        yield
    finally:
        del sys.modules["pkg_resources"]


def _resource_string(module: str, name: str) -> bytes:
    return (resources.files(module.rpartition(".")[0]) / name).read_bytes()
