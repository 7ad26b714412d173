"""Which language a text is written in, among those of the catalogue."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import regex

from emotigram import catalogue
from emotigram.chinese import converted
from emotigram.domain import Language
from emotigram.locales import subtags

LEAST_IN_SCRIPT = 0.5  # names and loan words may be in another script, most words not
_HAN, _LATIN = r"\p{Han}", r"\p{Latin}"
_LEAST_LETTERS = 16  # fewer say too little about which of the languages in Latin letters they are
_LEAST_SHARE = 0.1  # of probability: below it a text is surely in another of the languages
# of probability among all languages that the identifier knows, from so many letters on: short texts of names look like
# many of them. Measured on tweets and captions, see docs/posts.md
_LEAST_AMONG_ALL = ((40, 0.05), (24, 0.02))
_OF_A_SHARED_SCRIPT = ("ru",)  # the catalogue has no other in its letters, but Ukrainian or Bulgarian are not Russian
_LEAST_KANA = 0.1  # of the letters of a Japanese text; a title or a line of names may have less, a post never
_NOT_WORDS = regex.compile(r"https?://\S+|[#＃@][\p{L}\p{M}\p{N}_]+")
_LETTERS = regex.compile(r"\p{L}")
_SIGN = r"(?:(?=\p{L})[\p{Han}\p{Hiragana}\p{Katakana}])"
_WORD = regex.compile(rf"{_SIGN}|(?:(?!{_SIGN})\p{{L}})(?:(?!{_SIGN})[\p{{L}}\p{{M}}])*")
_KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}]")


def share_in_script(text: str, language: Language) -> float:
    """Share in [0, 1] of the words that are in the language's script; 1 where there are none to judge by.

    A Chinese character or a kana counts as a word: a foreign name is one word, however many letters it has.
    """
    words = _WORD.findall(_NOT_WORDS.sub("", text))
    is_in_script = regex.compile(language.script).match
    own = sum(1 for word in words if is_in_script(word))
    return own / len(words) if words else 1.0


def language_share(text: str, language: Language) -> float:
    """How far in [0, 1] a text is in a language; below ``LEAST_IN_SCRIPT`` it is in another, or in none.

    The share of words in the language's script; 0 where the letters are right and the language is another one that
    uses them: Spanish for English (by py3langid), Chinese for Japanese, traditional for simplified.
    """
    share = share_in_script(text, language)
    words = _NOT_WORDS.sub("", text)
    if share < LEAST_IN_SCRIPT or not _LETTERS.search(words):
        return share
    return share if _is_among_its_kind(words, language) else 0.0


def identify(text: str) -> str:
    """The key of the language a text is surely in, '' where it is too short or in none of the catalogue."""
    words = _NOT_WORDS.sub("", text)
    if len(_LETTERS.findall(words)) < _enough_letters(words):
        return ""
    sure = [each for each in catalogue.languages() if share_in_script(text, each) >= 0.8]
    if any(each.script == _LATIN for each in sure):
        best, chance = _ranked(words)[0]
        return _latin()[best] if chance >= 0.9 and not _is_of_no_catalogue(words, best) else ""
    found = next((each.key for each in sure if _is_among_its_kind(words, each)), "")
    return catalogue.language_of_locale("-".join(subtags(found)[:2]))  # the usual one of those in that script


def _enough_letters(words: str) -> int:
    return _LEAST_LETTERS if regex.search(r"\p{Latin}", words) else 4


def _is_among_its_kind(words: str, language: Language) -> bool:
    letters, code = _LETTERS.findall(words), _code(language)
    if language.script == _HAN:
        return _kana_share(letters) < _LEAST_KANA and not _is_of_the_other_script(words, language.key)
    if code == "ja":
        return _kana_share(letters) >= _LEAST_KANA
    if language.script == _LATIN and len(letters) >= _LEAST_LETTERS:
        return dict(_ranked(words))[code] >= _LEAST_SHARE and not _is_of_no_catalogue(words, code)
    return code not in _OF_A_SHARED_SCRIPT or not _is_of_no_catalogue(words, code)


def _code(language: Language) -> str:
    """What py3langid calls a language, in whatever script: ``sr`` for ``sr-Latn``."""
    return language.key.partition("-")[0]


def _is_of_no_catalogue(words: str, code: str) -> bool:
    """Whether a text that is likeliest in a language, of the catalogue's, is surely in one that the catalogue lacks."""
    letters = len(_LETTERS.findall(words))
    least = next((share for fewest, share in _LEAST_AMONG_ALL if letters >= fewest), 0.0)
    return bool(least) and _chances(words)[code] < least


def _kana_share(letters: list[str]) -> float:
    return sum(1 for letter in letters if _KANA.match(letter)) / len(letters)


def _is_of_the_other_script(words: str, key: str) -> bool:
    """Whether more characters would change on the way to this script than on the way from it."""
    to_traditional, to_simplified = (_changes(words, way) for way in ("s2t", "t2s"))
    _, script, _ = subtags(key)
    return to_traditional > to_simplified if script == "Hant" else to_simplified > to_traditional


def _changes(words: str, conversion: str) -> int:
    return sum(a != b for a, b in zip(words, converted(words, conversion), strict=False))


@cache
def _latin() -> dict[str, str]:
    """The languages in Latin letters, py3langid's code to key."""
    return {_code(each): each.key for each in reversed(catalogue.languages()) if each.script == _LATIN}


def _ranked(words: str) -> list[tuple[str, float]]:
    """The codes of the catalogue's in Latin letters and their chances among each other, the likeliest first."""
    chances = {code: chance for code, chance in _chances(words).items() if code in _latin()}
    total = sum(chances.values()) or 1.0
    return sorted(((code, chance / total) for code, chance in chances.items()), key=lambda pair: -pair[1])


@lru_cache(maxsize=256)  # a post is looked at for each check
def _chances(words: str) -> dict[str, float]:
    return {str(code): float(chance) for code, chance in _identifier().rank(words.lower())}


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415  # half a second, where it is needed

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    # Codes of two letters: the others are dialects and pidgins, which short texts are taken for
    identifier.set_languages([key for key in identifier.labels if len(key) == 2])
    return identifier
