"""Links, mail addresses and mentions in a folded text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from urllib.parse import unquote

import regex

from emotigram.publishing.additions.data import contacts
from emotigram.publishing.additions.hosts import hosts
from emotigram.publishing.additions.pieces import TAKEN, Piece

# A link ends where a script without spaces goes on, at a closing mark, and before the sentence's own full stop.
_IN_LINK = (
    rf"[^\s{TAKEN}\p{{Han}}\p{{Hiragana}}\p{{Katakana}}\p{{Hangul}}<>\"“”‘’«»‹›「」『』【】〈〉《》（）…，。！？；、]"
)
_AFTER_LINK = ".,:;!?'*_~`|…"
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_TAIL = regex.compile(rf"(?::\d{{1,5}}(?!\d))?(?:[/?#\\]{_IN_LINK}*)?")
_LEAD = regex.compile(r"(?:[a-z][a-z0-9+.-]*:)?[/\\]{0,3}(?:[\w.-]+(?::[^\s@/]*)?@)?$", regex.I)
_LONGEST_LEAD = 100  # of a scheme and a user's name
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_IP = regex.compile(
    rf"(?<![\d.])(?:{_OCTET}[.。]){{3}}{_OCTET}(?![\d.]\d)(?=[:/])|(?<![\p{{Latin}}\p{{N}}])localhost(?=:\d|/)"
    r"|\[(?=[^\]\n]*::|(?:[0-9a-f]+:){7})(?=[^\]\n]*[0-9a-f])[0-9a-f:.]{3,45}(?:%\w+)?\]",
    regex.I,
)
_MARKDOWN = regex.compile(r"!?\[[^\[\]\n]*\]\(\s*<?([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)[^()\n]*\)")
_NAME = r"[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_.-]*[\p{L}\p{M}\p{N}_])?"
_MAIL = regex.compile(
    r"(?<![@\p{Latin}\p{N}._%+-])[\p{Latin}\p{N}._%+-]{0,63}[\p{Latin}\p{N}_%+-]"
    r"(?:@|\s?[\[({]\s?(?:at|@)\s?[\])}]\s?)"
    r"[\p{L}\p{N}-]+(?:(?:\.|\s?[\[({]\s?(?:dot|\.)\s?[\])}]\s?)[\p{Latin}\p{N}-]+)+",
    regex.I,
)
MENTION = regex.compile(rf"(?<![\p{{Latin}}\p{{N}}_])[@＠](?=[\p{{N}}_.-]*\p{{L}}){_NAME}(?:@{_NAME})?")


def schemes(text: str) -> Iterator[Piece]:
    """Links with a scheme, and markdown's, whatever they lead to."""
    for link in _MARKDOWN.finditer(text):
        yield Piece("link", link.start(), link.end(), link_key(link[1]))
    for link in _with_scheme().finditer(text):
        end = _trimmed(text, link.start(), link.end())
        yield Piece("link", link.start(), end, link_key(text[link.start() : end]))


def mails(text: str) -> Iterator[Piece]:
    """Mail addresses, with ``(at)`` too."""
    for mail in _MAIL.finditer(text):
        key = regex.sub(r"\s", "", regex.sub(r"\s?[\[({]\s?(?:at|@)\s?[\])}]\s?", "@", mail[0], flags=regex.I))
        yield Piece("mail", mail.start(), mail.end(), key.casefold())


def mentions(text: str) -> Iterator[Piece]:
    """``@name``, ``@name.example.com`` and ``@name@example.com``."""
    for mention in MENTION.finditer(text):
        yield Piece("mention", mention.start(), mention.end(), mention[0].casefold())


def bare_links(text: str) -> Iterator[Piece]:
    """Names of hosts and addresses of computers, each with its path."""
    found = [*hosts(text), *((each.start(), each.end()) for each in _IP.finditer(text))]
    for start, after in found:
        tail = _TAIL.match(text, after)
        end = _trimmed(text, start, tail.end() if tail else after)
        lead = _LEAD.search(text[max(0, start - _LONGEST_LEAD) : start])
        begin = start - len(lead[0]) if lead else start
        yield Piece("link", begin, end, link_key(text[begin:end]))


def link_key(link: str) -> str:
    """A link without what does not tell it from others: scheme of the web, ``www.``, case, last slash, Punycode."""
    bare = regex.sub(r"^(?:https?:)?[/\\]{0,3}(?:www\.)?", "", link.strip().casefold())
    bare = regex.sub(r"\s?[\[({（]?\s?(?:\.|。|(?<=[\s\[({（])dot(?=[\s\])}）])|点)\s?[\])}）]?\s?", ".", bare)
    host, *path = regex.split(r"(?=[/?#])", bare, maxsplit=1)
    return (".".join(map(_label, host.split("."))) + unquote("".join(path))).rstrip("/")


def _label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:  # made up
        return label


def _trimmed(text: str, start: int, end: int) -> int:
    """Where a link ends without the marks that belong to the sentence."""
    while end > start:
        last, inside = text[end - 1], text[start : end - 1]
        opening = _BRACKETS.get(last)
        if not (last in _AFTER_LINK or (opening and inside.count(opening) <= inside.count(last))):
            break
        end -= 1
    return end


@cache
def _with_scheme() -> regex.Pattern[str]:
    known = "|".join(map(regex.escape, contacts().schemes))
    words = "|".join(contacts().schemes_and_words)
    sign = rf"(?:{_IN_LINK}|。(?=[a-z0-9]))"
    # "data:" is a word too, and a type of media follows where it is not
    return regex.compile(
        rf"(?<![\p{{Latin}}\p{{N}}])(?:[a-z][a-z0-9+.-]{{1,20}}:[/\\]{{2,3}}|(?:{known}):(?=[^\s:])|(?:{words}):(?=[\w.,:-]*[@/\\?=%&#\d])|data:(?=[a-z]+/[a-z]|,|;))"
        rf"{sign}+",
        regex.I,
    )
