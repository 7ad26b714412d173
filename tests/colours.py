"""Words for colours, which nothing says that is read from a photo of which nothing is sure."""

from __future__ import annotations

import re

_WORDS = {
    "en": r"(?i)\b(?:red|orange|yellow|green|blue|purple|pink|brown|black|white|gr[ae]y|colou?r(?:s|ed|ful)?"
    r"|shades?|hues?|palette)\b",
    "zh": r"[红紅橙黄黃绿綠蓝藍紫粉棕黑白灰颜顏配]色|色[彩调調]",
}


def colours_in(text: str, language: str) -> list[str]:
    """The words of a text in English or in Chinese of either script that name a colour or speak of colours."""
    return re.findall(_WORDS[language], text)
