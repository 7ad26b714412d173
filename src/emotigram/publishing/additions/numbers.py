"""Long numbers in a folded text: of a telephone, a chat account, a bank; not dates, years, prices and counts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import regex

from emotigram.publishing.additions.data import contacts
from emotigram.publishing.additions.pieces import Piece

_FEWEST = 7  # digits of a telephone number in a small town
_CHINESE = str.maketrans("〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "00123456789" + "1" + "123456789")
_DIGIT = r"[0-9〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]"
_COMMA = r"(?<=(?<!\d)\d{3}),(?=\d{4},\d{4}(?!\d))|(?<=(?<!\d)\d{3},\d{4}),(?=\d{4}(?!\d))"  # not of thousands
_BETWEEN = rf"(?:{_COMMA}|[\s.()·•_~*/|‐‑–—−-]{{1,3}})"  # as people write them apart
_NUMBER = regex.compile(rf"(?<![0-9])(?:\+\s?)?\(?{_DIGIT}(?:(?:{_BETWEEN})?{_DIGIT})++")
_APART = r"(?:\s?[,，、；;:：=+xX'’#]\s?|\s?\p{Extended_Pictographic}\uFE0F?\s?)"  # signs of lists too
_ZERO = r"[0-9OoОо]"
_PARTED = regex.compile(
    rf"(?=[+0-9])(?<![\p{{Latin}}0-9])(?:\+?86{_APART}?)?(?:1[3-9]{_ZERO}(?:{_APART}|{_BETWEEN})?{_ZERO}{{4}}(?:{_APART}|{_BETWEEN})?{_ZERO}{{4}}"
    rf"|[0-9](?:{_APART}[0-9]){{9,}}|[2-9]\d\d{_APART}\d{{3}}{_APART}\d{{4}}|\d{{3,}}(?:{_APART}\d{{3,}}){{1,3}})(?![\p{{Latin}}0-9]|[.,]\d)"
)
_LETTERS_FOR_ZERO = str.maketrans("OoОо", "0000")
_FEWEST_PARTED = 10
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
_UNIT = regex.compile(
    rf"\s?(?:{_MONEY}|[元円원块塊]|人民币|日元|euros?\b|dollars?\b|rub|руб|[人次步个個名位票件]|followers|views|people|steps|likes|fans)",
    regex.I,
)
_GROUPED = regex.compile(r"\d(?:[. ]\d{3}){3}|[1-9]\d{0,2}(?:[. ]\d{3})*(?:[. ]000){2}")
_ROUND = regex.compile(r"\d0{6,}|\d{1,3}(?:[. ]\d{3}){2}")  # a million; nine digits may be a telephone's
_DECIMAL = regex.compile(
    r"(?:3\.14159|2\.71828|1\.41421|1\.61803|0\.)\d+|\d{1,3}\.\d{1,8}|\d{1,4}\.\d\d?\s?[-–—~]\s?\d{1,4}\.\d\d?"
)
_REPEATED = regex.compile(r"\d?(\d)\1{5,}|(\d\d)\2{2,3}\d?")  # 2333333 is laughter, 6666666 praise, 5252525 love
_BOOK, _POSTCODE = regex.compile(r"ISBN(?:-1[03])?[\s:：]*$", regex.I), regex.compile(r"〒\s?$")
_RANGE = regex.compile(r"(\d{3,5})\s?[-–—~]\s?(\d{3,5})")
_LONGEST_LEAD = 16  # signs before a number that say what it is
_WIDEST_RANGE = 100  # of a street's houses


def numbers(text: str) -> Iterator[Piece]:
    """Seven digits or more, however they are spelled and parted."""
    text = _SHORT_DATE.sub(_blank, _DATE.sub(_blank, text))
    for found in _NUMBER.finditer(text):
        digits = digits_of(found[0])
        if len(digits) >= _FEWEST and not _is_no_contact(found, digits, text):
            yield Piece("number", found.start(), found.end(), digits)
    for found in _PARTED.finditer(text):
        digits = digits_of(found[0].translate(_LETTERS_FOR_ZERO))
        if len(digits) >= _FEWEST_PARTED and not _is_list(found[0]):
            yield Piece("number", found.start(), found.end(), digits)


def _is_list(said: str) -> bool:
    """Whether they are thousands, years, round numbers, or counting."""
    groups = regex.findall(r"\d+", said)
    is_sum = bool(regex.fullmatch(r"\d{1,3}(?:[,'’]\d{3})+", said))
    is_round = len(groups) > 1 and all(group.endswith("00") or regex.fullmatch(_YEAR, group) for group in groups)
    is_sum = is_sum or bool(regex.search(r"\d\s?\+\s?\d+\s?=", said))
    return is_sum or is_round or (len(groups) > 3 and _counts(" ".join(groups), ""))


def digits_of(text: str) -> str:
    """The digits of a number, Chinese numerals as digits."""
    return regex.sub(r"\D", "", text.translate(_CHINESE))


def _is_no_contact(found: regex.Match[str], digits: str, text: str) -> bool:
    """Whether it is a row of years, a price, a decimal, a round sum, a range, or counting up or down."""
    said, before = found[0].strip(), text[max(0, found.start() - _LONGEST_LEAD) : found.start()]
    if any(pattern.fullmatch(said) for pattern in (_YEARS, _DECIMAL, _REPEATED, _GROUPED)):
        return True
    if digits in contacts().for_fun or _is_book_or_place(before, digits):
        return True
    if _ROUND.fullmatch(said) and len(digits) < 9:
        return True
    if _PRICED.search(before) or _UNIT.match(text, found.end()):
        return len(digits) < 11
    if between := _RANGE.fullmatch(said):
        return 0 < int(between[2]) - int(between[1]) <= _WIDEST_RANGE
    is_two_sentences = regex.search(r"\d\. \d", said) and regex.search(r"\d(?!\. )\D+\d", said)
    return bool(is_two_sentences) or _counts(said, digits)


def _is_book_or_place(before: str, digits: str) -> bool:
    """Whether a number is a book's, by its check digit, or a Japanese postcode."""
    if _POSTCODE.search(before):
        return len(digits) == 7
    weighed = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits))
    return bool(_BOOK.search(before)) and len(digits) == 13 and weighed % 10 == 0


def _counts(said: str, digits: str) -> bool:
    counted = list(map(int, regex.findall(r"\d+", said) if " " in said else digits))
    steps = {after - before for before, after in pairwise(counted)}
    return len(counted) > 3 and steps in ({1}, {-1})


def _blank(match: regex.Match[str]) -> str:
    return "\0" * len(match[0])
