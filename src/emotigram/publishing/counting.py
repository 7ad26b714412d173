"""How long a text is, in the units each platform counts by."""

from __future__ import annotations

import math
import unicodedata

import regex

from emotigram.domain import Platform

# X's configuration v3: these code points weigh 1, all others 2; a link weighs 23, an emoji sequence 2.
# https://github.com/twitter/twitter-text/blob/master/config/v3.json
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_LINK_WEIGHT = 23
_EMOJI_WEIGHT = 2
_LINK = regex.compile(r"https?://[^\s\p{Han}]+|(?<![@\w.-])(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[!-~]*)?", regex.IGNORECASE)
_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[#*0-9]\uFE0F?\u20E3")


def count(text: str, platform: Platform) -> int:
    """Length in the platform's units: code points (``characters``), graphemes, or X's weights (``weighted``)."""
    if platform.counting == "weighted":
        return _weighted(text)
    return len(graphemes(text)) if platform.counting == "graphemes" else len(text)


def title_units(title: str) -> int:
    """Length of a title by Xiaohongshu's rule: ceil(sum of 2 a UTF-16 unit above 127, else 1, over 2).

    From https://github.com/xpzouying/xiaohongshu-mcp, ``pkg/xhsutil``.
    """
    encoded = title.encode("utf-16-le", "surrogatepass")
    units = (int.from_bytes(encoded[at : at + 2], "little") for at in range(0, len(encoded), 2))
    return math.ceil(sum(2 if unit > 127 else 1 for unit in units) / 2)


def graphemes(text: str) -> list[str]:
    """The text cut into user-perceived characters (extended grapheme clusters)."""
    return regex.findall(r"\X", text)


def _weighted(text: str) -> int:
    # The parser library for this rule needs pkg_resources, which current setuptools no longer carries.
    total, rest = 0, unicodedata.normalize("NFC", text)
    for link in _LINK.findall(rest):
        # A bare word with a dot may be no link after all: the larger figure is the safe one.
        total += _LINK_WEIGHT if "://" in link else max(_LINK_WEIGHT, len(link))
    return total + sum(_weight(cluster) for cluster in graphemes(_LINK.sub("", rest)))


def _weight(cluster: str) -> int:
    if _EMOJI.match(cluster):
        return _EMOJI_WEIGHT
    return sum(1 if any(low <= ord(char) <= high for low, high in _LIGHT) else 2 for char in cluster)
