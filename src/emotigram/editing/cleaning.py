"""Takes out of a writer's text what nobody would publish: invisible characters, fences, quotes, hashtag signs."""

from __future__ import annotations

from collections.abc import Iterable

import regex

from emotigram.editing.lookalikes import unmixed

# What cannot be seen is kept only where it makes a sign that can: in an emoji (UTS 51), at a joiner's place in a word
# (UAX 31, rules A1, A2 and B), as the variant of a Chinese sign (UTS 37) or a Mongolian letter.
_ELEMENT = r"\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|[\uFE0E\uFE0F])?"
_MEANT = (
    r"\U0001F3F4\U000E0067\U000E0062(?:\U000E0065\U000E006E\U000E0067|\U000E0073\U000E0063\U000E0074|"
    r"\U000E0077\U000E006C\U000E0073)\U000E007F"  # England, Scotland, Wales: Unicode recommends no others
    r"|[#*0-9]\uFE0F?\u20E3"
    rf"|{_ELEMENT}(?:\u200D{_ELEMENT}){{0,9}}"
    r"|(?<=[\p{Arabic}\p{Syriac}]\p{Mn}{0,4})\u200C(?=[\p{Arabic}\p{Syriac}])"
    r"|(?<=\p{ccc=9}\p{Mn}?)[\u200C\u200D]"
    r"|(?<=\p{Han})[\U000E0100-\U000E01EF]"
    r"|(?<=\p{Mongolian})[\u180B-\u180D]"
)
# Blank signs that Unicode counts as letters, symbols or pictures: Braille without dots, fillers, an object's place
_BLANK = r"\u2800\u3164\uFFA0\u115F\u1160\uFFFC\U0001D159"
_JUNK = rf"[\p{{Cf}}\p{{Cs}}\p{{Co}}\p{{Cn}}\p{{Default_Ignorable_Code_Point}}{_BLANK}]|(?!\n)\p{{Cc}}"
_MEANT_OR_JUNK = regex.compile(rf"({_MEANT})|{_JUNK}")
_SPACE = regex.compile(r"(?!\u3000)\p{Zs}")
_MOST_MARKS = 4  # on one sign: Hebrew with points and an accent, stacked Thai and Vietnamese have fewer or as many
_TOO_MANY_MARKS = regex.compile(rf"(?<=[\p{{Mn}}\p{{Me}}]{{{_MOST_MARKS}}})[\p{{Mn}}\p{{Me}}]+")
_LOST_MARKS = regex.compile(r"(?<![\p{L}\p{M}\p{N}\p{P}\p{S}])[\p{Mn}\p{Me}]+")
_LINE_END = regex.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_FENCE = regex.compile(r"\s*```[^\n`]*\n(.*?)\s*```\s*", regex.DOTALL)
_QUOTES = (('"', '"'), ("“", "”"), ("'", "'"), ("‘", "’"), ("「", "」"), ("『", "』"))

_WORD = r"[\p{L}\p{N}_][\p{L}\p{M}\p{N}_\u200C\u200D]*"
_IN_LINK = r"(?<!://[^\s，。！？、；：（）「」“”]{0,300}[#＃])"
_SIGNED = rf"(?<![A-Za-z0-9_&/])(?:[#＃]{_IN_LINK}{_WORD})+[#＃]?"  # not in links, entities and names such as C#
_HASHTAGS = regex.compile(_SIGNED)
_TOPICS = regex.compile(rf"[#＃](?P<topic>{_WORD}(?: {_WORD})*)[#＃]|{_SIGNED}")


def clean(text: str) -> str:
    """The text without fences, enclosing quotes, invisible characters and stray white space."""
    text = visible(_LINE_END.sub("\n", text).replace("\t", " "))
    fenced = _FENCE.fullmatch(text)
    text = _without_quotes((fenced[1] if fenced else text).strip())
    text = regex.sub(r"[^\S\n]*\n[^\S\n]*", "\n", text)
    return regex.sub(r"\n{3,}", "\n\n", text).strip()


def visible(text: str) -> str:
    """The text without what nobody sees, but where an emoji or a word needs it, and with few marks on one sign.

    Control, format and private characters, unassigned ones, blank letters and stray variation selectors go, and spaces
    are plain ones, but for the wide one of East Asian texts. Words that mix alphabets are in Latin letters if they look
    so.
    """
    if text.isascii() and text.isprintable():
        return text
    seen = _MEANT_OR_JUNK.sub(lambda match: match[1] or "", _SPACE.sub(" ", text))
    return unmixed(_LOST_MARKS.sub("", _TOO_MANY_MARKS.sub("", seen)))


def clean_hashtags(hashtags: Iterable[str]) -> tuple[str, ...]:
    """Hashtags without signs, spaces and punctuation; those repeated or without a letter are left out."""
    kept: dict[str, str] = {}
    for hashtag in hashtags:
        word = regex.sub(
            r"^\p{M}+", "", visible(regex.sub(r"[^\p{L}\p{M}\p{N}_\u200C\u200D]|[\uFE0E\uFE0F]", "", visible(hashtag)))
        )
        if regex.search(r"\p{L}", word):
            kept.setdefault(word.casefold(), word)
    return tuple(kept.values())


def lift_hashtags(text: str, paired: bool) -> tuple[str, list[str]]:
    """Take hashtags out of a text: those at its end whole, those within a sentence by their sign alone.

    ``paired``: the platform writes #topic#, so that a topic ends at its second sign.
    """
    pattern = _TOPICS if paired else _HASHTAGS
    matches = [match for match in pattern.finditer(text) if regex.search(r"\p{L}", match[0])]  # "#1" is a number
    hashtags = [word for match in matches for word in _words(match)]
    body = text
    for match in reversed(matches):
        if match.end() != len(body.rstrip()):
            break
        body = body[: match.start()]
    if not body.strip():  # nothing but hashtags: then they are the text
        body = text
    return pattern.sub(_unsigned, body).strip(), hashtags


def _words(match: regex.Match[str]) -> list[str]:
    topic = match.groupdict().get("topic")
    return [topic] if topic else regex.findall(_WORD, match[0])


def _unsigned(match: regex.Match[str]) -> str:
    return " ".join(_words(match)) if regex.search(r"\p{L}", match[0]) else match[0]


def _without_quotes(text: str) -> str:
    for opening, closing in _QUOTES:
        inner = text[1:-1]
        if len(text) > 2 and text[0] == opening and text[-1] == closing and not set(inner) & {opening, closing}:
            return inner.strip()
    return text
