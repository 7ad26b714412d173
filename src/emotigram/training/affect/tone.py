"""Our own phrases of ``tone_phrases.toml`` as examples: filled, decorated and split, the same for the same seed."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from itertools import product
from typing import Any

from emotigram.domain import EMOTIONS
from emotigram.training.affect.data import AffectExample

_SLOT = re.compile(r"\{(\w+)\}")
_HELD_OUT_EVERY = 7
_MOST_A_TEMPLATE = 24
_ENDS = {"en": ("", "", ".", "!", "!!", "..."), "zh": ("", "", "。", "！", "～", "…")}
_SIGNED = 0.2  # share of phrases that get an emoji of their mood


def tone_examples(seed: int = 0) -> list[AffectExample]:
    """Phrases and emoji of set ``tone``; the split ``val`` has templates and words that ``train`` never shows."""
    rng = random.Random(seed)  # noqa: S311
    text = (resources.files("emotigram.training.affect") / "tone_phrases.toml").read_text("utf-8")
    table = tomllib.loads(text)
    held_out = {
        word for slots in table["slots"].values() for key in table["held_out_slots"] for word in _kept(slots[key])
    }
    phrases = [each for group in table["phrases"] for each in _phrases(group, table, held_out, rng)]
    return [*phrases, *_signs(table, phrases, rng)]


def _kept(entries: Sequence[str]) -> Sequence[str]:
    """The entries kept for checking."""
    return entries[_HELD_OUT_EVERY - 1 :: _HELD_OUT_EVERY]


def _phrases(
    group: Mapping[str, Any], table: Mapping[str, Any], held_out: set[str], rng: random.Random
) -> Iterator[AffectExample]:
    signs = [sign for other in table["signs"] if other["emotion"] == group["emotion"] for sign in other["signs"]]
    kept = set(_kept(group["templates"]))
    for template in group["templates"]:
        for filled, words in _filled(template, table["slots"][group["language"]], rng):
            is_kept = template in kept or not held_out.isdisjoint(words)
            end = rng.choice(_ENDS[group["language"]])
            sign = f" {rng.choice(signs)}" if signs and group["emotion"] != "neutral" and rng.random() < _SIGNED else ""
            yield _example(f"{filled}{end}{sign}", group, "val" if is_kept else "train")


def _filled(template: str, slots: Mapping[str, Sequence[str]], rng: random.Random) -> Iterator[tuple[str, list[str]]]:
    """Some of a template's fillings with the words used; one without slots comes three times, to differ in its end."""
    names = _SLOT.findall(template)
    if not names:
        yield from [(template, [])] * 3
        return
    choices = list(product(*(slots[name] for name in names)))
    for words in rng.sample(choices, min(len(choices), _MOST_A_TEMPLATE)):
        pieces = _SLOT.split(template)  # what stands between the slots, and every second one a slot's name
        pieces[1::2] = words
        yield "".join(pieces), list(words)


def _signs(table: Mapping[str, Any], phrases: Sequence[AffectExample], rng: random.Random) -> Iterator[AffectExample]:
    plain = [example.text for example in phrases if example.emotions[-1] == 1 and example.split == "train"]
    for group in table["signs"]:
        for sign in group["signs"]:
            for text in (sign, sign * 2, f"{sign} {sign} {sign}", *(f"{rng.choice(plain)} {sign}" for _ in range(6))):
                yield _example(text, group, "train")


def _example(text: str, group: Mapping[str, Any], split: str) -> AffectExample:
    emotions = tuple(float(name == group["emotion"]) for name in EMOTIONS)
    return AffectExample(text, -1, "tone", split, tuple(group["sentiment"]), emotions)
