"""What a writer adds that nobody gave it: links, addresses, mentions of accounts, long numbers."""

from __future__ import annotations

import regex

from emotigram.domain import Brief
from emotigram.publishing.counting import LINK

_DOMAINS = "com|cn|net|org|io|me|co|app|dev|info|shop|xyz|top|vip|cc|tv|ly|gl|link|site"
_BARE_LINK = rf"(?<![@\w.-])(?:[a-z0-9-]+\.)+(?:{_DOMAINS})\b(?:/[!-~]*)?"
_MAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_MENTION = r"(?<![\w@.])@[\w.]+"
_LONG_NUMBER = r"(?<!\d)\+?\d(?:[ -]?\d){6,}(?!\d)"  # of a phone, a chat account, a bank
_ADDED = regex.compile(rf"{LINK.pattern}|{_MAIL}|{_BARE_LINK}|{_MENTION}|{_LONG_NUMBER}", regex.IGNORECASE)
_MENTIONED = regex.compile(_MENTION)


def additions(text: str, brief: Brief) -> tuple[str, ...]:
    """Links, addresses, mentions and long numbers in a text that the user's own words do not hold, in order."""
    theirs = brief.reading.user_text.casefold()
    return tuple(match[0] for match in _ADDED.finditer(text) if match[0].casefold() not in theirs)


def without_additions(text: str, brief: Brief) -> str:
    """The text without them, and with no more mentions than the platform takes."""
    theirs = brief.reading.user_text.casefold()
    kept = _ADDED.sub(lambda match: match[0] if match[0].casefold() in theirs else "", text)
    limit = brief.platform.mention_limit
    if limit:
        mentions = [match.start() for match in _MENTIONED.finditer(kept)]
        for at in reversed(mentions[limit:]):
            kept = kept[:at] + kept[at + 1 :]
    return regex.sub(r"(?<=\S) {2,}", " ", kept).strip() if kept != text else text


def mentions(text: str) -> int:
    """How many accounts a text mentions."""
    return len(_MENTIONED.findall(text))
