"""What a sentence names, and sentences made of tags alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from emotigram.data_files import data_languages, read_language
from emotigram.domain import Tag
from emotigram.tags.selection import tag_of, worth_saying
from emotigram.tags.vocabulary import tag_entries, trained_entries

_MOST_THINGS = 3
_COMPOUNDS = {"stuffed animal": "toy"}  # no animals
_ABSENT = re.compile(r"\b(?:no|without)(?: an?| any| the)? \w+")
_LIVING = ("people", "count", "animal")
_PLACES = ("place", "water", "sky")  # where that is said, indoors or outdoors goes without saying


def mentions(text: str, words: Iterable[str]) -> set[str]:
    """Which of the words or phrases an English text holds, whole words only."""
    said = re.findall(r"[a-z]+", text.lower())
    flat = f" {' '.join(said)} ".replace(" couple of ", " two ")  # a couple of dogs is no couple
    single = set(flat.split())
    return {word for word in words if (f" {word} " in flat if " " in word else word in single)}


def claims(sentence: str, language: str) -> list[set[str]]:
    """For each word of the sentence that names something, the trained tags that would bear it out."""
    naming = _naming_words(language, is_trained=True)
    words = mentions(sentence, naming) if language == "en" else {word for word in naming if word in sentence}
    return [naming[word] for word in words]


def named_in(sentence: str) -> list[Tag]:
    """The tags that an English sentence names, in the order of its words; their confidence is None.

    A word that names several things names the one called like it, or else the first: a meadow is grass.
    """
    naming = _naming_words("en")
    flat = _ABSENT.sub(" ", " ".join(re.findall(r"[a-z]+", sentence.lower())))
    for compound, plain in _COMPOUNDS.items():
        flat = re.sub(rf"\b{compound}s?\b", plain, flat)
    at: dict[str, int] = {}
    for word in sorted(mentions(flat, naming), key=len, reverse=True):
        place = f" {flat} ".find(f" {word} ")
        if place >= 0:
            keys = naming[word]
            at.setdefault(word if word in keys else next(key for key in tag_entries() if key in keys), place)
            flat = f" {flat} ".replace(f" {word} ", f" {'_' * len(word)} ")[1:-1]
    return [tag_of(key, None) for key in sorted(at, key=at.__getitem__)]


@cache
def _naming_words(language: str, *, is_trained: bool = False) -> dict[str, set[str]]:
    """Every word that names something, with the tags it names: all, or those that the embedded captioner judges."""
    naming: dict[str, set[str]] = {}
    for key, entry in (trained_entries() if is_trained else tag_entries()).items():
        for word in entry[f"words_{language}"]:
            naming.setdefault(word, set()).add(key)
    return naming


def from_tags(tags: Sequence[Tag], language: str) -> str:
    """The careful description: what is surely there and whether indoors, or else only that it is a photo."""
    words, said = _wording(language), worth_saying(tags)
    things = [tag for tag in said if tag.kind != "setting"][:_MOST_THINGS]
    setting = next((tag.key for tag in said if tag.kind == "setting"), "")
    if things:
        is_placed = not setting or any(tag.kind in _PLACES for tag in things)
        form = words["things"] if is_placed else words["things_in"][setting]
        return str(form).format(things=_joined(_with_doing(things, language), language))
    if setting:
        return str(words["alone_in"][setting])
    return str(words["plain"])


def says_nothing(descriptions: Mapping[str, str]) -> bool:
    """Whether a photo's descriptions, by language, all say only that it is a photo; not so where there is none."""
    plain = [key in worded_languages() and said.strip() == from_tags((), key) for key, said in descriptions.items()]
    return bool(plain) and all(plain)


def _with_doing(tags: Sequence[Tag], language: str) -> list[str]:
    """Names of tags; an activity is joined to who does it, and left out where it could be any of several."""
    living = [tag for tag in tags if tag.kind in _LIVING]
    doing = [tag for tag in tags if "doing_en" in tag_entries().get(tag.key, {})]
    if not living or not doing:
        return [tag.names[language] for tag in tags]
    others = [tag.names[language] for tag in tags if tag not in doing]
    if len(living) > 1 or len(doing) > 1 or language not in ("en", "zh"):
        return others
    who, what = living[0], doing[0]
    others.remove(who.names[language])
    if language == "en":  # last, so that no other thing seems to be done
        return [*others, f"{who.names['en']} {tag_entries()[what.key]['doing_en']}"]
    number, person = (who.names["zh"][:-1], who.names["zh"][-1]) if who.kind == "count" else ("", who.names["zh"])
    return [f"{number}{what.names['zh']}的{person}", *others]


def _joined(names: Sequence[str], language: str) -> str:
    words = _wording(language)
    return str(words["comma"]).join(names[:-1]) + str(words["and"]) + names[-1] if len(names) > 1 else names[0]


@cache
def worded_languages() -> tuple[str, ...]:
    """The languages a careful description can be worded in."""
    return data_languages("wording")


@cache
def _wording(language: str) -> dict[str, Any]:
    return read_language("wording", language)
