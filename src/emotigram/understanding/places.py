"""The places that a text names: of a list, of Babel's countries and cities, or behind a word that leads to one."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

import regex
from babel import Locale

from emotigram.data_files import read_data

_LEADING = regex.compile(
    r"\b(?:in|at|to|from|near|around|visiting|leaving|goodnight|good night)[,]? "
    r"(?:the )?(?P<place>\p{Lu}\p{Ll}+(?: \p{Lu}\p{Ll}+){0,2})"
)
_NOT_PLACES = regex.compile(r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Christmas|Easter|Halloween|God|Mom|Mum|Dad|Grandma"
    r"|Grandpa|I|Mr|Mrs|Ms|Dr)\b.*")  # fmt: skip
_LEAST_LETTERS = {"zh": 2, "en": 4}


def places_in(text: str) -> tuple[str, ...]:
    """Names of places as the text spells them, in order; a name inside a longer one is not told."""
    listed = [(match.start(), match[0]) for match in _known().finditer(text)]
    led = [(match.start("place"), match["place"]) for match in _LEADING.finditer(text)]
    found = [*listed, *((at, name) for at, name in led if not _NOT_PLACES.fullmatch(name))]
    names = [name for _, name in sorted(found)]
    return tuple(dict.fromkeys(name for name in names if not any(name != other and name in other for other in names)))


@cache
def _known() -> regex.Pattern[str]:
    own = read_data("places.toml")
    chinese = {*own["zh"], *_of_babel("zh")}
    english = {*own["en"], *_of_babel("en")}
    longest = sorted(chinese, key=len, reverse=True), sorted(english, key=len, reverse=True)
    signs, words = ("|".join(map(regex.escape, names)) for names in longest)
    return regex.compile(rf"{signs}|(?<![\p{{L}}])(?:{words})(?![\p{{L}}])")


def _of_babel(language: str) -> set[str]:
    locale, least = Locale.parse(language), _LEAST_LETTERS[language]
    countries = [name for code, name in locale.territories.items() if code.isalpha()]
    named = {zone: names["city"] for zone, names in locale.time_zones.items() if "city" in names}
    spelled = {zone: zone.rpartition("/")[2].replace("_", " ") for zone in available_timezones() if language == "en"}
    names = {*countries, *(spelled | named).values()} - set(read_data("places.toml")["ambiguous"])
    return {name for name in names if len(name) >= least and name.replace(" ", "").isalpha()}
