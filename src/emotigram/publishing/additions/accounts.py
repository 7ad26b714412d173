"""Accounts told in words, ``WeChat: name88``, and where money is sent to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

import regex

from emotigram.publishing.additions.data import contacts
from emotigram.publishing.additions.pieces import Piece

_HANDLE = r"(?P<handle>[@$]?[a-z0-9][a-z0-9_.-]{2,}[a-z0-9_](?:#\d{4})?)(?![a-z0-9@])"
_GLUE = r"[-:：=→⇒–—>\s\p{Extended_Pictographic}]*(?:[-:：=→⇒–—>\p{Extended_Pictographic}]|#(?=\s))"
# Without a digit, a sign between or a word for an account nothing is one: few posts need a search for 100 names.
_MAY_TELL = regex.compile(
    r"[0-9_@:：=→⇒➡👉>-]|(?<!\p{L})(?:id|account|user|name|konto|compte|cuenta|conta|channel|group|add|ник|логин|канал|чат)|bot(?!\p{L})|[号號아ア搜群频頻加追오]",
    regex.I,
)
_VERBS = "is|ist|es|est|è|é"  # before what looks like an account only: "WeChat is great" tells none
_FEWEST_DIGITS, _FEWEST_LETTERS = 5, 4  # of an account without the other
_COUNTED = regex.compile(
    r"\+?\s?(?:[粉赞讚万萬次人步个個名位票件元块天篇条條播阅閱浏瀏关關]|followers|fans|likes|views|subs)"
)
_BOT = regex.compile(r"(?<=[a-z0-9]{2})_?bot$", regex.I)  # Telegram's are all called so
_MESSENGER = regex.compile(r"теле|тг|вай|ва[тц]|вот|微|薇|v信|电报|電報|카톡|텔레|テレ", regex.I)  # in no Latin letters
_FEWEST_PARTED = 5
_GOES_ON = regex.compile(r",?\s+\p{L}")  # then it was a word of the sentence
_ACCOUNT = regex.compile(
    r"(?<![\p{Latin}\p{N}])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![\p{Latin}\p{N}])", regex.I
)
# Bitcoin (base58 and bech32), Ethereum, Tron
_COIN = regex.compile(
    r"(?<![\p{Latin}\p{N}])(?:bc1[a-z0-9]{25,87}|0x[0-9a-fA-F]{40}|[13][1-9A-HJ-NP-Za-km-z]{25,34}"
    r"|T[1-9A-HJ-NP-Za-km-z]{33})(?![\p{Latin}\p{N}])"
)


def accounts(text: str) -> Iterator[Piece]:
    """Names of apps, each with what looks like an account beside it."""
    if not _MAY_TELL.search(text):
        return
    for pattern, is_common in ((_pattern(contacts().apps), False), (_pattern(contacts().common_words), True)):
        for found in pattern.finditer(text):
            is_told = bool(found["link"] or found["glue"])
            is_named = _names_account(found, is_common)
            if (is_told or not is_common) and _is_handle(found["handle"], is_named, text[found.end() :]):
                yield Piece("account", found.start(), found.end(), found["handle"].lstrip("@$").casefold())


def wallets(text: str) -> Iterator[Piece]:
    """Bank accounts (IBAN) whose check digits are right, and addresses of coins."""
    for found in _ACCOUNT.finditer(text):
        if _is_iban(found[0].replace(" ", "").upper()):
            yield Piece("wallet", found.start(), found.end(), found[0].replace(" ", "").casefold())
    for found in _COIN.finditer(text):
        yield Piece("wallet", found.start(), found.end(), found[0].casefold())


def _names_account(found: regex.Match[str], is_common: bool) -> bool:
    """Whether what is before says that letters alone are an account, or the script around would have no such word."""
    if is_common or (found["link"] and not found["glue"] and found["link"].casefold() == "account"):
        return False
    is_foreign = bool(found["glue"]) and bool(_MESSENGER.match(found[0])) and found["handle"].islower()
    return is_foreign or (found["link"] or "").casefold() in contacts().account_words


def _is_handle(handle: str, is_named: bool, after: str) -> bool:
    """Whether it is an account: nobody's word, year, version or count."""
    if handle.startswith(("@", "$")) or "_" in handle:
        return True
    if regex.fullmatch(r"[\d.-]+", handle):
        return (
            not _COUNTED.match(after) and sum(each.isdigit() for each in handle) >= _FEWEST_DIGITS and "." not in handle
        )
    if regex.search(r"\d", handle):
        return True
    if _BOT.search(handle):
        return True
    return is_named and len(handle) >= _FEWEST_LETTERS and not _GOES_ON.match(after)


def _is_iban(account: str) -> bool:
    """ISO 13616: the first four signs at the end, letters as 10 to 35, the rest of a division by 97 is 1."""
    return int("".join(str(int(sign, 36)) for sign in account[4:] + account[:4])) % 97 == 1


def _apart(name: str) -> str:
    """A name as a pattern, its letters parted or not: ``W e C h a t``, ``微❤信``."""
    if len(name) < _FEWEST_PARTED and name.isascii():
        return regex.escape(name)
    between = r"[\s.·\p{Extended_Pictographic}]?"
    return between.join(map(regex.escape, name.replace(" ", "")))


@cache
def _pattern(names: Iterable[str]) -> regex.Pattern[str]:
    known = "|".join(map(_apart, sorted(names, key=len, reverse=True)))
    links = "|".join(map(regex.escape, sorted(contacts().links, key=len, reverse=True)))
    return regex.compile(
        rf"(?<![\p{{Latin}}\p{{N}}])(?:{known})(?:[\s(（]*(?P<link>{links})(?:(?<=[\p{{Han}}\p{{Hangul}}\p{{Katakana}}])|(?!\p{{Latin}}))[)）]?)*"
        rf"(?:\s+(?:{_VERBS})(?!\p{{L}}))?\s*(?P<glue>{_GLUE})?[\s(（【\"“]*{_HANDLE}",
        regex.I,
    )
