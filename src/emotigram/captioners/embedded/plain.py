"""Sentences with what is not sure taken out: a colour, an age, whether somebody is a man or a woman."""

from __future__ import annotations

import re
from collections.abc import Mapping

_SURE_WORD = 0.35  # of the chance that people would use an adjective: about two in three do from there on
_POSSIBLE_WORD = 0.03  # below it hardly anybody uses the word for such a photo
_SURE_PERSON = 0.75  # of the chances of man, woman and child: to call somebody wrongly hurts

_COLOURS = {
    "black": "黑", "white": "白", "red": "红", "blue": "蓝", "yellow": "黄", "green": "绿", "orange": "橙",
    "pink": "粉", "purple": "紫", "brown": "棕", "grey": "灰", "gray": "灰", "tan": "棕", "blond": "金", "blonde": "金",
}  # fmt: skip
_AGES = {"young", "little", "old", "older", "elderly", "teenage", "small"}
_ADJECTIVES = {*_COLOURS, *_AGES}
# what somebody may be called, the most first, with the tags that must be sure for it; what remains where none is
_Steps = tuple[tuple[frozenset[str], str], ...]


def _called(remains: str, *steps: tuple[str, str]) -> tuple[_Steps, str]:
    return tuple((frozenset(needs.split()), word) for needs, word in steps), remains


_WHO = {
    "en": {
        **{word: _called("person", ("man", word)) for word in ("man", "guy", "gentleman", "male")},
        **{word: _called("person", ("woman", word)) for word in ("woman", "lady", "female")},
        **{word: _called("person", ("child", word)) for word in ("child", "kid", "toddler")},
        **{word: _called("people", ("man", word)) for word in ("men", "guys")},
        **{word: _called("people", ("woman", word)) for word in ("women", "ladies")},
        **{word: _called("people", ("child", word)) for word in ("children", "kids")},
        "boy": _called("person", ("child man", "boy"), ("child", "child")),
        "girl": _called("person", ("child woman", "girl"), ("child", "child")),
        "boys": _called("people", ("child man", "boys"), ("child", "children")),
        "girls": _called("people", ("child woman", "girls"), ("child", "children")),
    },
    "zh": {
        **{word: _called("人", ("man", word)) for word in ("男人", "男子", "男士")},
        **{word: _called("人", ("woman", word)) for word in ("女人", "女子", "女士", "妇女")},
        **{word: _called("人", ("child", word)) for word in ("小孩子", "小孩", "孩子")},
        **{word: _called("人", ("elder", word)) for word in ("老人", "老奶奶", "老爷爷")},
        **{word: _called("人", ("child man", word), ("child", "小孩")) for word in ("小男孩", "男孩")},
        **{word: _called("人", ("child woman", word), ("child", "小孩")) for word in ("小女孩", "女孩")},
    },
}
_FUNCTION = {"and", "or", "in", "on", "at", "with", "of", "is", "are", "while", "to", "the", "a", "an"}
_ARTICLE = re.compile(r"\b(a)n? (\w+)", re.IGNORECASE)
_VOWEL = re.compile(r"(?!uni|use|eu|one)[aeiou]")  # a word before which one says "an"
_ZH_WHO = re.compile("|".join(sorted(_WHO["zh"], key=len, reverse=True)))
_ZH_DRESSED = re.compile("(?:穿着?|身穿)(.)色(?:的)?(?:衣服|上衣|衬衫|外套|裙子|球衣)的")
_ZH_COLOUR = re.compile("(.)色的?")


def plain(sentence: str, language: str, words: Mapping[str, float], chances: Mapping[str, float]) -> str:
    """The sentence with only what is sure, '' where nothing sensible is left.

    ``words`` are the chances in [0, 1] that people would use an English word for the photo, ``chances`` of its tags.
    """
    if language == "zh":
        return _plain_chinese(sentence, words, chances)
    kept = _without_unsure(sentence.rstrip(".").split(), words)
    if not kept or any(words.get(word.lower(), 1.0) < _POSSIBLE_WORD for word in kept):
        return ""
    return _tidy(" ".join(_who(word, language, chances) for word in _ageless(kept, chances)))


def _without_unsure(said: list[str], words: Mapping[str, float]) -> list[str] | None:
    """Without adjectives that are not sure; None where one of them is a thing's only name ("dressed in white")."""
    kept: list[str] = []
    for place, word in enumerate(said):
        following = said[place + 1] if place + 1 < len(said) else "and"
        if word.lower() in _ADJECTIVES and words.get(word.lower(), 0.0) < _SURE_WORD:
            if following in _FUNCTION and not (following == "and" and _joins(said, place + 1)):
                return None
            continue
        if word == "and" and _joins(said, place):
            beside = (said[place - 1].lower(), following.lower())
            if any(words.get(each, 0.0) < _SURE_WORD for each in beside):
                continue
        kept.append(word)
    return kept


def _joins(said: list[str], place: int) -> bool:
    """Whether the word at a place stands between two adjectives: black and white."""
    return 0 < place < len(said) - 1 and {said[place - 1].lower(), said[place + 1].lower()} <= _ADJECTIVES


def _ageless(said: list[str], chances: Mapping[str, float]) -> list[str]:
    """Without an age before somebody of whom nothing is sure."""
    return [
        word
        for word, following in zip(said, [*said[1:], ""], strict=True)
        if word.lower() not in _AGES or _who(following, "en", chances) == following
    ]


def _who(word: str, language: str, chances: Mapping[str, float]) -> str:
    """What somebody may be called; other words as they are."""
    if word.lower() not in _WHO[language]:
        return word
    steps, remains = _WHO[language][word.lower()]
    sure = {key for key, chance in chances.items() if chance >= _SURE_PERSON}
    said = next((name for needs, name in steps if needs <= sure), remains)
    return word if said == word.lower() else said


def _tidy(text: str) -> str:
    """Articles that fit, two people counted, a capital letter and a full stop."""
    text = re.sub(r"\ba person and (?:a|another) person\b", "two people", text, flags=re.IGNORECASE)
    text = _ARTICLE.sub(lambda m: m[1] + ("n " if _VOWEL.match(m[2]) else " ") + m[2], text)
    return text[:1].upper() + text[1:] + "." if text else ""


def _plain_chinese(sentence: str, words: Mapping[str, float], chances: Mapping[str, float]) -> str:
    def is_sure(colour: str) -> bool:
        return any(zh == colour and words.get(en, 0.0) >= _SURE_WORD for en, zh in _COLOURS.items())

    text = _ZH_DRESSED.sub(lambda m: m[0] if is_sure(m[1]) else "", sentence)
    text = _ZH_COLOUR.sub(lambda m: m[0] if m[1] not in _COLOURS.values() or is_sure(m[1]) else "", text)
    text = re.sub("一[位名]人", "一个人", _ZH_WHO.sub(lambda m: _who(m[0], "zh", chances), text))
    return "" if re.search("人和(?:一个)?人|^[。，]?$", text) else text
