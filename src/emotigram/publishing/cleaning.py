"""Takes out of a writer's text what nobody would publish: invisible characters, fences, quotes, hashtag signs."""

from __future__ import annotations

from collections.abc import Iterable

import regex

# Joiners, variation selectors and tag characters mean something inside an emoji (UTS 51) and, the joiners,
# inside words of some scripts. Anywhere else they are invisible leftovers.
_MEANT = (
    r"\U0001F3F4[\U000E0020-\U000E007E]+\U000E007F"
    r"|[#*0-9]\uFE0F?\u20E3"
    r"|\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|[\uFE0E\uFE0F])?"
    r"(?:\u200D\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|[\uFE0E\uFE0F])?)*"
    r"|(?<=[\p{Arabic}\p{M}])[\u200C\u200D](?=\p{L})"
)
_JUNK = r"[\p{Cf}\p{Cs}\p{Co}\p{Cn}\uFE0E\uFE0F]|(?!\n)\p{Cc}"
_MEANT_OR_JUNK = regex.compile(rf"({_MEANT})|{_JUNK}")
_LINE_END = regex.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_FENCE = regex.compile(r"\s*```[^\n`]*\n(.*?)\s*```\s*", regex.DOTALL)
_QUOTES = (('"', '"'), ("“", "”"), ("'", "'"), ("‘", "’"), ("「", "」"), ("『", "』"))

_WORD = r"[\p{L}\p{N}_][\p{L}\p{M}\p{N}_]*"
_SIGNED = rf"(?<![A-Za-z0-9_&/])(?:[#＃]{_WORD})+[#＃]?"  # not in links, entities and names such as C#
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
    """The text without control, format and surrogate characters, but for those an emoji or a word needs."""
    return _MEANT_OR_JUNK.sub(lambda match: match[1] or "", text)


def clean_hashtags(hashtags: Iterable[str]) -> tuple[str, ...]:
    """Hashtags without signs, spaces and punctuation; those repeated or without a letter are left out."""
    kept: dict[str, str] = {}
    for hashtag in hashtags:
        word = regex.sub(r"^\p{M}+", "", regex.sub(r"[^\p{L}\p{M}\p{N}_]|[\uFE0E\uFE0F]", "", visible(hashtag)))
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
