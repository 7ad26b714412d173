"""Clean captions for training: objective words only, none about descent or looks."""

from __future__ import annotations

import random
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from emotigram.inference.word_list import SPECIAL, WordList, split_words

Texts = Mapping[str, list[list[str]]]  # language -> captions -> words
_LONGEST = 20
_FEWEST = {"en": 5, "zh": 4}  # words rarer than this in the training captions are not learned
# A describer has no business guessing these, and the captions of stock photos are full of them.
_DESCENT = frozenset(
    "asian caucasian african hispanic latin latino multiethnic ethnic ethnicity oriental arab arabic muslim "
    "indian chinese japanese korean american european fat ugly".split()
)
# Moods belong to the affect model; MSED's captions name them in nearly every line.
_MOOD = frozenset(
    "happy sad angry depressed worried cheerful upset unhappy scared frustrated stressed joyful excited lonely "
    "serious playful anxious desperate shocked disgusted furious terrified afraid sadness happiness joy fear anger "
    "beautiful handsome attractive cute funny pretty".split()
)
_NEVER_LAST = frozenset("a an the and of is are with in on at to very by for while being feeling looking".split())


def usable(text: str, language: str) -> list[str]:
    """Words of a caption fit to learn, or [] where nothing sensible is left."""
    first = text.partition(". ")[0]
    words = [word for word in split_words(first, language) if word not in _DESCENT]
    if language == "en":
        words = [word for word in words if word not in _MOOD]
        while words and words[-1] in _NEVER_LAST:
            words.pop()
    return words if 1 <= len(words) <= _LONGEST else []


def captions_of(row: Mapping[str, Any]) -> dict[str, list[list[str]]]:
    """All usable captions of a prepared row, by language."""
    label = row["label"]
    plain = _set_captions().get(label, {})
    texts = {"en": row["captions_en"] or plain.get("en", []), "zh": row["captions_zh"] or plain.get("zh", [])}
    return {language: [words for text in each if (words := usable(text, language))] for language, each in texts.items()}


def build_vocabulary(captions: Iterable[Texts]) -> WordList:
    """Special words first, then English words and Chinese characters by frequency."""
    counts: dict[str, Counter[str]] = {"en": Counter(), "zh": Counter()}
    for each in captions:
        for language, texts in each.items():
            for words in texts:
                counts[language].update(words)
    listed = [w for lang in ("en", "zh") for w, n in counts[lang].most_common() if n >= _FEWEST[lang]]
    return WordList((*SPECIAL, *listed))


def sample(texts: Texts, each: int, rng: random.Random) -> list[tuple[str, list[str]]]:
    """Draw up to ``each`` captions a language."""
    return [(language, words) for language, all_ in texts.items() for words in rng.sample(all_, min(each, len(all_)))]


@cache
def _set_captions() -> dict[str, dict[str, list[str]]]:
    path = resources.files("emotigram.training.embedded_captioner") / "set_captions.toml"
    return tomllib.loads(path.read_text("utf-8"))
