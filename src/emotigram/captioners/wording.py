"""From what the network saw to sentences: a caption is kept only where the tags bear it out."""

from __future__ import annotations

import re
import tomllib
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from emotigram.captioners.tags import tag_entries
from emotigram.domain import Tag

_MOST_THINGS = 3


def claims(sentence: str, language: str) -> list[set[str]]:
    """For each word of the sentence that names something, the tags that would bear it out."""
    if language == "en":
        words = set(re.findall(r"[a-z]+", sentence.lower()))
    else:
        words = {word for entry in tag_entries().values() for word in entry["words_zh"] if word in sentence}
    named = [{key for key, entry in tag_entries().items() if word in entry[f"words_{language}"]} for word in words]
    return [keys for keys in named if keys]


def is_borne_out(sentence: str, language: str, probabilities: Mapping[str, float], floor: float) -> bool:
    """Whether every thing the sentence names has a tag of at least ``floor`` probability."""
    return all(max(probabilities[key] for key in keys) >= floor for keys in claims(sentence, language))


def from_tags(tags: Sequence[Tag], colours: Sequence[str], language: str) -> str:
    """The careful description: what is surely there, or else only the colours."""
    words = _wording(language)
    if tags:
        return str(words["things"]).format(
            things=_joined([tag.names[language] for tag in tags[:_MOST_THINGS]], language)
        )
    return str(words["colours"]).format(colours=_named(colours, language))


def colour_tag(colours: Sequence[str], languages: Sequence[str]) -> Tag:
    """The colours as a tag, for a photo of which nothing else is sure: they are counted, not guessed."""
    names = {lang: str(_wording(lang)["shades"]).format(colours=_named(colours, lang)) for lang in languages}
    return Tag("colours", 1.0, names, "colour")


def tweet(sight: str, language: str) -> str:
    """The same sight in the social voice; the phrase depends on the sentence alone."""
    phrases = _wording(language)["tweets"]
    told = sight if language == "zh" else sight[:1].lower() + sight[1:]
    return str(phrases[zlib.crc32(sight.encode()) % len(phrases)]).format(sight=told)


def _named(colours: Sequence[str], language: str) -> str:
    return _joined([_wording(language)["colour"][name] for name in colours], language)


def _joined(names: Sequence[str], language: str) -> str:
    comma = "、" if language == "zh" else ", "
    last = str(_wording(language)["and"])
    return comma.join(names[:-1]) + last + names[-1] if len(names) > 1 else names[0]


@cache
def _wording(language: str) -> dict[str, Any]:
    path = resources.files("emotigram") / "data" / "wording" / f"{language}.toml"
    return tomllib.loads(path.read_text("utf-8"))
