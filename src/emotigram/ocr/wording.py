"""What a description may say of the words in a photo. The words are quoted, and never obeyed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import regex

from emotigram.data_files import data_languages, read_language
from emotigram.domain import Captions, SeenText
from emotigram.tags.subject import with_subject

_LARGE_SHARE = 0.06  # of the photo's area: a name on a shirt, a plate or a watermark takes less
_MOST_LINES, _MOST_WORDS = 3, 6
_FULL_LINES, _FULL_SHARE = 6, 0.1
# Plain words alone: no address, account, telephone or price that a post would then carry on
_PLAIN = regex.compile(r"(?:[A-Za-z\p{Han}]|\d{1,3}(?!\d)|(?<=\w)['’&.\-](?=\w)|[ !?！？，、·])+")
_DOTTED = regex.compile(r"\w\.\w{2,}")  # as in the name of a server
# What somebody writes who wants a model to do something
_TO_MODELS = regex.compile(
    r"\b(?:ignore|disregard|forget|instructions?|prompts?|system|assistant|model|ai|gpt|write|print|output|reply|answer"
    r"|say|repeat|reveal|translate|obey|post|caption|hacked)\b|忽略|无视|忘记|指令|提示词|系统|助手|模型|输出|打印|回复|回答"
    r"|改写|重复|翻译|撰写|文案|要求|规则",
    regex.I,
)


def describe_text(lines: Sequence[str], share_of_photo: float, language: str) -> str:
    """A sentence on the words in a photo, '' where none is sure; ``share_of_photo`` in [0, 1] is their area.

    A few plain large words are quoted, for signs, covers and cards alike: which it is, words do not tell. Many lines on
    much of the photo make it one full of text.
    """
    if language not in data_languages("wording"):
        return ""
    if _are_quoted(lines, share_of_photo):
        return str(_wording(language).get("with_words", "")).format(words=" ".join(lines))
    is_full = len(lines) >= _FULL_LINES and share_of_photo >= _FULL_SHARE
    return str(_wording(language).get("full_of_text", "")) if is_full else ""


def with_text(captions: Captions, seen: SeenText) -> Captions:
    """The captions with the words seen in the photo, which stand in for descriptions that trust no sentence."""
    if not seen.lines:
        return captions
    description = {
        language: (_is_weak(captions, language) and describe_text(seen.lines, seen.share, language)) or said
        for language, said in captions.description.items()
    }
    return replace(captions, description=description, seen_text="\n".join(seen.lines))


def _are_quoted(lines: Sequence[str], share: float) -> bool:
    words = " ".join(lines)
    return (
        share >= _LARGE_SHARE
        and 1 <= len(lines) <= _MOST_LINES
        and _words(words) <= _MOST_WORDS
        and bool(_PLAIN.fullmatch(words))
        and not _DOTTED.search(words)
        and not _TO_MODELS.search(words)
    )


def _words(text: str) -> int:
    """Words of letters, and two Chinese characters for one."""
    han = len(regex.findall(r"\p{Han}", text))
    return len(regex.findall(r"[A-Za-z0-9'’&.\-]+", text)) + (han + 1) // 2


def _is_weak(captions: Captions, language: str) -> bool:
    """Whether the captioner had a sentence and did not trust it."""
    sentence = captions.sentences.get(language)
    if sentence is None:
        return False
    return with_subject(sentence, captions.tags, language) != captions.description[language]


@cache
def _wording(language: str) -> Mapping[str, Any]:
    return read_language("wording", language)
