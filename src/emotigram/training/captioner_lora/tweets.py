"""Tweets as a captioner should learn to write them: without whom they were sent to or copied from."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

_NO_KEYCAP = r"(?!\ufe0f?\u20e3)"  # a digit, # or * before these is an emoji: nothing may be taken from it
_NAME = rf"(?:[A-Za-z0-9_]+{_NO_KEYCAP})?"
_LABEL = rf"[A-Za-z0-9_-]+{_NO_KEYCAP}"
_ADDRESS = r"https?:|(?<![a-z])htt|(?<![a-z])www\.|pic\.twitter\.com/|(?<![a-z])t\.co/"
# what tokenizers leave: signs that stand alone
_TOKENISED = re.compile(r"\s[.,!?:](?=\s|$)|[@#] \w")


def _character(match: re.Match[str]) -> str:
    entity = f"&{'#' if match[1] else ''}{match[2]};"
    character = html.unescape(entity)
    return match[0] if character == entity else character


def _emoticon(match: re.Match[str]) -> str:
    return match[0].replace(" ", "")


_ENTITIES: list[Rule] = [(re.compile(r"&\s?(#\s?)?(x?[0-9A-Fa-f]+|[A-Za-z]+)\s?;"), _character)]
_LINKS: list[Rule] = [
    (re.compile(rf"(?i)https? ?: / / {_LABEL} \. {_LABEL}(?: /(?: {_LABEL})?)*"), " "),  # by a tokenizer
    (re.compile(rf"(?i)(?:{_ADDRESS})[!-~…\ufffd]*{_NO_KEYCAP}"), " "),
    (re.compile(r"(?<!\S)ht?[…\ufffd]+"), " "),  # cut where a tweet was full
    (re.compile(rf"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+\.[A-Za-z0-9.-]+{_NO_KEYCAP}"), " "),
    (re.compile(r"\ufffd"), ""),
]
_PEOPLE: list[Rule] = [
    (re.compile(r"# (?=[^\W_])"), "#"),
    (
        re.compile(r"(?<!\S)RT @ (?:[A-Za-z0-9]+ ){1,3}:(?!\S)"),
        " ",
    ),  # of a name whose underscores were taken for blanks
    (re.compile(rf"(?i:\b(?:rt|via|cc|h/t)\s+)?[@＠]\s?{_NAME}(?:\s?:(?!\S))?"), " "),
    (re.compile(r"#?(?<![A-Za-z0-9_])RT(?![A-Za-z0-9_])(?:\s?:(?!\S))?"), " "),
]
# entities that lost their own signs: only where a tokenizer was at work
_BARE_ENTITIES: list[Rule] = [
    (re.compile(r"(?<=\S )amp(?= \S)"), "&"),
    (re.compile(rf"\blt 3{_NO_KEYCAP}(?!\w)"), "<3"),
]
_SIGNS: list[Rule] = [
    (re.compile(r"(?<!\S)[:;] (?:- )?[)(DP](?!\S)"), _emoticon),
    (re.compile(r"(?<=[0-9]) ([.:/]) (?=[0-9])"), r"\1"),
    (re.compile(r"(?<=[0-9]) , (?=[0-9]{3}(?![0-9]))"), ","),
    (re.compile(r"(?<=\w) ?(['’]) ?(?=(?:s|t|re|ve|ll|d|m)(?!\w))"), r"\1"),
    (re.compile(r"(?<!\w)([ODL]) (['’]) (?=[A-Z])"), r"\1\2"),
    (re.compile(r'(?<!\S)(["\']) ([^"\']+?) \1(?=[\s.,!?]|$)'), r"\1\2\1"),
    (re.compile(r"([(\[“‘]) (?=\S)"), r"\1"),
    (re.compile(r"(?<=[^\s:;-]) ([)\]”’])"), r"\1"),
    (re.compile(r"(?<=\S) ([!?.,:;%…]+)(?!\S)"), r"\1"),
    (re.compile(r"\$ (?=[0-9])"), "$"),
    (re.compile(r"\( ?\)"), " "),
    (re.compile(r"([,|])(?: ?\1)+"), r"\1"),
]
_ENDS: list[Rule] = [
    (re.compile(r"^(?:[:,;|)\]–—-] ?)+(?=\s|\w|$)"), ""),
    (re.compile(r"[\s:,;|(\[]+$"), ""),
]


def clean_tweet(text: str) -> str:
    """The tweet without RT, @names, addresses and a tokenizer's blanks, emoji whole; '' where nothing is left.

    Cleaning twice changes nothing more.
    """
    before = None
    while text != before:  # what one rule joins may be for another to take; each makes the text shorter
        before, text = text, _once(text)
    return text if any(_says(character) for character in text) else ""


def _once(text: str) -> str:
    text = " ".join(text.split())
    bare = _BARE_ENTITIES if _TOKENISED.search(text) else []
    for rules in (_ENTITIES, _LINKS, _PEOPLE, bare, _SIGNS, _ENDS):
        for pattern, replacement in rules:
            text = pattern.sub(replacement, text)
        text = " ".join(text.split())
    return text


def _says(character: str) -> bool:
    """Whether it is a letter, a digit or a picture."""
    category = unicodedata.category(character)
    return category[0] in "LN" or category in {"So", "Me"}  # Me: the frame of keycap emoji
