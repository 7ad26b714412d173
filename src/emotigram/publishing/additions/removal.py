"""Takes pieces out of a text so that what is left reads as if they had never been there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import regex

from emotigram.publishing.additions.data import contacts
from emotigram.publishing.additions.pieces import TAKEN, Piece, masked

_EMOJI = r"(?:[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\u200D\uFE0E\uFE0F])+"
_STOP = r"(?:[。！？…]+|[!?]+(?![\p{Latin}\p{N}=&/%])|\.+(?=[\s\"”’»)\]]|$))[\"”’»」』）)\]】》〉]*"
_END = rf"(?:{_STOP}\s*|{_EMOJI}\s*|\s*\n\s*)+"
_SENTENCE = regex.compile(rf"(?P<body>.+?)(?P<end>{_END}|$)", regex.S)
_CLAUSE = regex.compile(r"(.+?)([，；;]\s*|,(?!\d)\s*|\s[–—-]+\s+|$)", regex.S)
_BRACKETED = regex.compile(
    rf"\s?(?:\([^()]*{TAKEN}[^()]*\)|（[^（）]*{TAKEN}[^（）]*）|\[[^\[\]]*{TAKEN}[^\[\]]*\]|【[^【】]*{TAKEN}[^【】]*】)"
)
_HASHTAG = regex.compile(
    rf"\s?[#＃][\p{{L}}\p{{M}}\p{{N}}_]*{TAKEN}[{TAKEN}\p{{L}}\p{{M}}\p{{N}}_]*(?:[#＃](?=\s|$|[#＃]))?"
)
_LOOSE_ENDS = "，,、；;：: \t\n"
# Fewer letters are no clause that can stand alone; a Chinese sign says more than a letter.
_FEWEST_SIGNS, _FEWEST_LETTERS = 4, 8
_SIGN = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
_LETTER = regex.compile(r"\p{L}")


def cut(text: str, pieces: Sequence[Piece]) -> str:
    """The text without the pieces, and nothing else."""
    return tidied(_untaken(masked(text, pieces)))


def without(text: str, pieces: Sequence[Piece], must_stay: Callable[[str], bool]) -> str:
    """The text without the pieces, nor the clauses they stand in, nor sentences of which too little would be left.

    Of a sentence that ``must_stay``, and where no other is left, the pieces alone are taken out.
    """
    blotted = _HASHTAG.sub("", masked(text, pieces))
    sentences = [_mended(each["body"], each["end"], must_stay) for each in _SENTENCE.finditer(blotted)]
    shorter = "".join(sentences)
    return tidied(shorter if _LETTER.search(shorter) else _untaken(_with_lead_ins(blotted)))


def tidied(text: str) -> str:
    """A text without the blanks, empty brackets and stray marks that something taken out has left behind."""
    text = regex.sub(r"\(\s*\)|（\s*）|\[\s*\]|【\s*】|“\s*”|「\s*」|《\s*》|<\s*>", "", text)
    text = regex.sub(r"[ \t]+(?=[,.!?;:，。！？；：、)）](?:\s|$))", "", text)
    text = regex.sub(r"(?<![，,、；;：:])[，,、；;：:]++\s*(?=[。！？]|[.!?](?:\s|$))", "", text)
    text = regex.sub(r"(?<=\S) {2,}", " ", text)
    text = regex.sub(r"(?m)^[ \t]*[，,、；;:：.。]+(?=\s|\p{L}|$)[ \t]*|^[ \t]+|[ \t]+$", "", text)
    return regex.sub(r"\n{3,}", "\n\n", text.rstrip(_LOOSE_ENDS)).strip()


def _mended(body: str, end: str, must_stay: Callable[[str], bool]) -> str:
    """A sentence without what was taken; '' where that leaves nothing to say."""
    if TAKEN not in body:
        return body + end
    body = _BRACKETED.sub("", body)
    if must_stay(body) or (TAKEN not in body and _is_enough(body)):
        return _untaken(_with_lead_ins(body)) + end
    clauses = [each[0] for each in _CLAUSE.finditer(body)]
    kept = "".join(clause for clause in clauses if TAKEN not in clause)
    if not _is_enough(kept):
        return regex.sub(r"[^\n]", "", end)
    if clauses and TAKEN in clauses[0] and not body[:1].islower():
        kept = kept[:1].upper() + kept[1:]
    return kept.rstrip(f"{_LOOSE_ENDS}–—-") + end


def _with_lead_ins(text: str) -> str:
    """The text without the small words that lead to what was taken: "with", "see", 和."""
    return _lead_ins().sub(TAKEN, text)


@cache
def _lead_ins() -> regex.Pattern[str]:
    unspaced, spaced = (
        [each for each in contacts().lead_ins if bool(_SIGN.search(each)) == is_so] for is_so in (True, False)
    )
    word = rf"{'|'.join(unspaced)}|(?<![\p{{L}}\p{{N}}.@/_-])(?:{'|'.join(spaced)})"
    return regex.compile(rf"(?:(?:{word})[\s:：]*)+{TAKEN}", regex.I)


def _is_enough(text: str) -> bool:
    return len(_SIGN.findall(text)) >= _FEWEST_SIGNS or len(_LETTER.findall(text)) >= _FEWEST_LETTERS


def _untaken(text: str) -> str:
    return text.replace(TAKEN, "")
