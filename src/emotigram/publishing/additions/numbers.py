"""Long numbers in a folded text: of a telephone, a chat account, a bank; not dates, years, prices and counts."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from emotigram.publishing.additions.pieces import Piece

_FEWEST = 7  # digits of a telephone number in a small town
_CHINESE = str.maketrans("〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "00123456789" + "1" + "123456789")
_DIGIT = r"[0-9〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]"
_BETWEEN = r"[\s.()·•_~*/|‐‑–—−-]{1,3}"  # as people write them apart
_NUMBER = regex.compile(rf"(?<![0-9])(?:\+\s?)?\(?{_DIGIT}(?:(?:{_BETWEEN})?{_DIGIT})++(?!\p{{Latin}}*\d)")
_YEAR, _MONTH, _DAY = r"(?:19|20)\d\d", r"(?:1[0-2]|0?[1-9])", r"(?:3[01]|[12]\d|0?[1-9])"
_SPLIT = r"\s?[./年月 -]\s?"
_DATE = regex.compile(
    rf"(?<!\d)(?:{_YEAR}{_SPLIT}{_MONTH}{_SPLIT}{_DAY}|{_DAY}{_SPLIT}{_MONTH}{_SPLIT}{_YEAR}|{_MONTH}{_SPLIT}{_DAY}{_SPLIT}{_YEAR}"
    r"|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?!\d)"
)
_SHORT_DATE = regex.compile(rf"(?<!\d[./ -]?){_DAY}[./-]{_MONTH}[./-]\d\d(?![./ -]?\d)")
_YEARS = regex.compile(rf"{_YEAR}(?:{_BETWEEN}{_YEAR})*")
_MONEY = r"[€$£¥￥₩₽₹]|RMB|USD|EUR|CNY|JPY|HK\$|NT\$"
_PRICED = regex.compile(rf"(?:{_MONEY})\s?$", regex.I)
_UNIT = regex.compile(rf"\s?(?:{_MONEY}|[元円원块塊]|人民币|日元|euros?\b|dollars?\b|rub|руб)", regex.I)
_ROUND = regex.compile(r"\d0{6,}|\d{1,3}(?:[. ]\d{3}){2}")  # a million; nine digits may be a telephone's
_DECIMAL = regex.compile(r"\d{1,3}\.\d{1,8}")


def numbers(text: str) -> Iterator[Piece]:
    """Seven digits or more, however they are spelled and parted."""
    text = _SHORT_DATE.sub(_blank, _DATE.sub(_blank, text))
    for found in _NUMBER.finditer(text):
        digits = digits_of(found[0])
        if len(digits) >= _FEWEST and not _is_no_contact(found, digits, text):
            yield Piece("number", found.start(), found.end(), digits)


def digits_of(text: str) -> str:
    """The digits of a number, Chinese numerals as digits."""
    return regex.sub(r"\D", "", text.translate(_CHINESE))


def _is_no_contact(found: regex.Match[str], digits: str, text: str) -> bool:
    """Whether it is a row of years, a price, a decimal, a round sum, or counting up or down."""
    said = found[0].strip()
    if _YEARS.fullmatch(said) or _DECIMAL.fullmatch(said) or _ROUND.fullmatch(said[:11]) and len(digits) < 9:
        return True
    if _PRICED.search(text[: found.start()]) or _UNIT.match(text, found.end()):
        return len(digits) < 11
    counted = [int(each) for each in regex.findall(r"\d+", said)] if regex.search(r"\s", said) else list(map(int, digits))
    steps = {after - before for before, after in zip(counted, counted[1:], strict=False)}
    return len(counted) > 3 and steps in ({1}, {-1})


def _blank(match: regex.Match[str]) -> str:
    return "\0" * len(match[0])
