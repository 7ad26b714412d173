"""Names of hosts in running text: which dotted words are one, and where it begins and ends."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import regex

from emotigram.editing.lookalikes import latin
from emotigram.publishing.additions.data import contacts, is_top_level

_SIGN = r"[\p{L}\p{M}\p{N}_-]"
_DOTTED = regex.compile(rf"(?<!{_SIGN}){_SIGN}++(?:[.。]{_SIGN}++)+")
_LABEL = regex.compile(rf"{_SIGN}+")
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}ー"
_AFTER_UNSPACED = regex.compile(rf"(?<=[{_UNSPACED}])[^{_UNSPACED}]+$")
_TOP_LEVEL = regex.compile(rf"(?:xn--[a-z0-9-]+|(?:(?![{_UNSPACED}])[\p{{L}}\p{{M}}]){{2,}})(?![\p{{N}}_])", regex.I)
_DOTS = "·•‧∙⋅・⸱⸳ꓸ۔܁܂՝᛫◦∘●‣"  # that look like one between Latin words
_PATH = regex.compile(r"[/\\]\w|:\d{2,5}(?!\d)")  # nobody's sentence goes on so
_LONGEST_HAN = 6  # signs of a top-level domain, 我爱你 and the like


def hosts(text: str) -> Iterator[tuple[int, int]]:
    """Where names of hosts stand in a folded text; words joined by a full stop, and abbreviations, are none."""
    for dotted in _DOTTED.finditer(text):
        labels = [(dotted.start() + each.start(), each[0]) for each in _LABEL.finditer(dotted[0])]
        for at in range(len(labels) - 1, 0, -1):
            if end := _end(labels, at, text):
                yield _start(labels, at, text), end
                break
    yield from ((each.start(), each.end()) for each in _spelled_out().finditer(text))


def _start(labels: list[tuple[int, str]], last: int, text: str) -> int:
    """Where the name begins: words of scripts without spaces may stand right before it."""
    for at in range(last - 1, -1, -1):
        start, label = labels[at]
        if own := _AFTER_UNSPACED.search(label):
            return start + own.start()
        if at < last - 1 and text[start + len(label)] == "。":
            return labels[at + 1][0]
    return labels[0][0]


def _end(labels: list[tuple[int, str]], at: int, text: str) -> int:
    """Where a name ends whose top-level domain is the label at a place; 0 where that is none."""
    (start, label), before = labels[at], labels[at - 1][1]
    suffix = _suffix(label, before)
    if not suffix or not before.strip("-_"):
        return 0
    end = start + len(suffix)
    whole = ".".join([*(each for _, each in labels[:at]), suffix]).casefold()
    if whole in contacts().names or (text[start - 1] == "。" and not _is_address(suffix, before)):
        return 0
    return 0 if _is_word(suffix, before) and not (_PATH.match(text, end) and not before.isdecimal()) else end


def _suffix(label: str, before: str) -> str:
    if latin(label).casefold() in contacts().unmistakable:
        return label
    spaced = _TOP_LEVEL.match(label)
    if spaced:
        is_punycode = spaced[0].lower().startswith("xn--")  # nobody writes that but as a link
        return spaced[0] if is_punycode or is_top_level(spaced[0]) else ""
    if is_top_level(label):
        return label
    starts = (label[:length] for length in range(min(len(label), _LONGEST_HAN), 1, -1) if before.isascii())
    return next((start for start in starts if not start.isascii() and is_top_level(start)), "")


def _is_address(suffix: str, before: str) -> bool:
    """Whether a Chinese full stop stands for a dot: browsers take it for one, and sentences begin with Latin words."""
    is_spelled = not suffix.isascii() or suffix.casefold() in contacts().spelled or suffix.lower().startswith("xn--")
    return before[-1].isascii() and is_spelled


def _is_word(suffix: str, before: str) -> bool:
    """Whether it is the next sentence's first word, or a name after a title, rather than a top-level domain."""
    is_capital = suffix[0].isupper() and not suffix.isupper()
    if is_capital and (before.casefold() in contacts().titles or suffix.casefold() not in contacts().unmistakable):
        return True
    is_joined = not (suffix.isascii() and before[-1].isascii()) or (before.isdecimal() and len(before) < 3)
    return is_joined and suffix.casefold() in contacts().words


@cache
def _spelled_out() -> regex.Pattern[str]:
    """``www.evil`` and ``evil[.]com``, ``evil dot com``, ``evil点com``, ``evil . com``, ``evil🙂.com``."""
    dot = (
        r"(?:\s?[\[({（]\s?(?:\.|dot|点|點|точка|punto|ponto|punkt)\s?[\])}）]\s?|\s+dot\s+|[_-]dot[_-]|点|點|\s?(?:ドット|닷|쩜)\s?"
        rf"|[{_DOTS}]|\s+[.。]\s?)"
    )
    # What may also end a sentence, or be a word of one, stands only before what is a domain and nothing else.
    loose = (
        r"(?:\s+(?:point|punto|ponto|punkt|точка|点|點)\s+|(?<!\.)\.\.(?!\.)|[.。]\s(?-i:(?=[a-z]+(?![A-Za-z])|[A-Z]+(?![A-Za-z])))"
        r"|\p{Extended_Pictographic}+\uFE0F?[.。]|[.。]\p{Extended_Pictographic}+)"
    )
    domains, unmistakable = "|".join(contacts().spelled), "|".join(sorted(contacts().unmistakable))
    return regex.compile(
        rf"(?<![\p{{Latin}}\p{{N}}_-])(?:www\.[a-z0-9-]+|[a-z0-9](?:[a-z0-9]|-(?!dot-))++(?:{dot}(?:{domains})|{loose}(?:{unmistakable}))(?![\p{{Latin}}\p{{N}}]))",
        regex.I,
    )
