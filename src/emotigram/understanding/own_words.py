"""What the user's own words are about, and in what tone: as far as patterns tell, and no further."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

import regex

from emotigram.chinese import converted
from emotigram.data_files import read_data
from emotigram.domain import SentimentLabel
from emotigram.tags.vocabulary import vocabulary
from emotigram.understanding.patterns import compiled, matches, without
from emotigram.understanding.places import places_in

_READ = 2_000  # characters: an occasion is named in the first ones, and no text may cost more time
_HAN = regex.compile(r"\p{Han}")
_READ_FOR_TAGS = ("zh", "en")


@dataclass(frozen=True, slots=True)
class OwnWords:
    """``occasions`` are keys of ``data/occasions.toml``, sober ones first; ``tone`` is None where no phrase tells it.

    ``is_light``: they praise, or name an occasion that nobody mourns at, so that a playful line may follow. ``tags``
    are keys of what the words name, in order; words that may mean several things are left out.
    """

    occasions: tuple[str, ...] = ()
    is_sober: bool = False
    is_light: bool = False
    tone: SentimentLabel | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Occasion:
    is_sober: bool
    may_grieve: bool
    tone: SentimentLabel | None
    patterns: tuple[regex.Pattern[str], ...]
    other_meanings: tuple[regex.Pattern[str], ...]

    def is_in(self, text: str) -> bool:
        return matches(self.patterns, without(self.other_meanings, text))


@lru_cache(maxsize=64)  # a post's words are read by writer and checks, for each candidate
def understand(text: str) -> OwnWords:
    """What a text of up to 2,000 characters is about; of a longer one, what its beginning is."""
    said = _plain(text[:_READ])
    if not said:
        return OwnWords()
    elsewhere = _plain(_without_places(text[:_READ]))  # the Summer Palace is no summer, but a war has a place
    found = {key: each for key, each in _occasions().items() if each.is_in(said if each.is_sober else elsewhere)}
    is_sober = any(each.is_sober for each in found.values())
    kept = tuple(key for key, each in found.items() if each.is_sober or not is_sober)
    tone: SentimentLabel | None = "negative" if is_sober else _tone(said, found)
    is_light = not is_sober and (tone == "positive" or any(not each.may_grieve for each in found.values()))
    return OwnWords(kept, is_sober, is_light, tone, _tags(said))


def _without_places(text: str) -> str:
    for place in places_in(text):
        text = text.replace(place, " ")
    return text


def _plain(text: str) -> str:
    text = regex.sub(r"[’‘`´]", "'", text.casefold()).strip()
    return converted(text, "tw2sp") if _HAN.search(text) else text


def _tone(said: str, found: Mapping[str, _Occasion]) -> SentimentLabel | None:
    """Irony and blame before praise, praise before what an occasion usually carries."""
    cues = _cues()
    is_praise = matches(cues["positive"], said)
    if matches(cues["negative"], _without_praise(said)):
        return "negative"
    return "positive" if is_praise else next((each.tone for each in found.values() if each.tone), None)


def _without_praise(said: str) -> str:
    return without(_cues()["praise"], said)


def _tags(said: str) -> tuple[str, ...]:
    words = {word: tags for language in _READ_FOR_TAGS for word, tags in vocabulary(language).words_in(said).items()}
    sure = [next(iter(tags)) for word, tags in words.items() if len(tags) == 1]
    return tuple(dict.fromkeys(sorted(sure, key=lambda key: min(said.find(w) for w, t in words.items() if key in t))))


@cache
def _occasions() -> dict[str, _Occasion]:
    return {
        key: _Occasion(
            is_sober=entry.get("sober", False),
            may_grieve=entry.get("may_grieve", False),
            tone=entry.get("tone"),
            patterns=compiled(entry),
            other_meanings=compiled(entry, "unless_"),
        )
        for key, entry in read_data("occasions.toml").items()
    }


@cache
def _cues() -> dict[str, tuple[regex.Pattern[str], ...]]:
    return {name: compiled(entry) for name, entry in read_data("tone_cues.toml").items()}
