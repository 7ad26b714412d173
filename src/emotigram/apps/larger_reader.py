"""One line on what a larger reader would give and cost here, for whoever reads with the embedded engine by default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from platformdirs import user_state_path

from emotigram import catalogue
from emotigram.assembly import choose_engine
from emotigram.domain import Weights
from emotigram.errors import ExtraMissing
from emotigram.settings import Settings
from emotigram.texts import say
from emotigram.weights.readers import missing_for
from emotigram.weights.store import entry_of, is_at_hand
from emotigram.weights.upkeep import recorded_repos

_BETWEEN = {"en": ", ", "zh": "、"}


@dataclass(frozen=True, slots=True)
class LargerReader:
    """What can be done for more: ``pull`` weights, or ``choose`` those that are here; ``line`` says it."""

    step: Literal["pull", "choose"]
    line: str


def larger_reader(settings: Settings, language: str) -> LargerReader | None:
    """What to say in an interface language, None where nothing is to be said.

    That is where the setting ``hints`` is off, where the user chose an engine, weights or a provider already, and
    where weights were fetched that the catalogue does not know.
    """
    if not settings.hints or settings.captioner != "auto" or settings.captioner_model:
        return None
    if choose_engine("captioner", settings)[0] != "embedded":
        return None
    try:
        return _step(settings, language)
    except OSError:  # a store that cannot be looked into: whoever asks for weights hears of it
        return None


def first_time(reader: LargerReader) -> bool:
    """Whether such a step was never told on this computer; now it is. What cannot be remembered is not told either."""
    told = user_state_path("emotigram", appauthor=False) / "told" / f"larger-reader-{reader.step}"
    try:
        told.parent.mkdir(parents=True, exist_ok=True)
        told.touch(exist_ok=False)  # of two processes at once, one is the first
    except OSError:
        return False
    return True


def _step(settings: Settings, language: str) -> LargerReader | None:
    known = sorted(catalogue.weights(), key=lambda each: (language not in each.languages, each.size_gb))
    here = next((each for each in known if is_at_hand(each.key, settings)), None)
    if here is not None:
        return LargerReader("choose", _line("choose", here, settings, language))
    if any(entry_of(repo) is None for repo in recorded_repos(settings)):
        return None
    return LargerReader("pull", _line("pull", known[0], settings, language))


def _line(step: str, entry: Weights, settings: Settings, language: str) -> str:
    languages = _BETWEEN[language].join(catalogue.language(key).names[language] for key in entry.languages)
    values = {"name": entry.key, "size_gb": entry.size_gb, "licence": entry.licence, "languages": languages}
    line = say(f"larger_reader.{step}", language, **values)
    lacking = missing_for(entry.engine, entry.key, settings)
    return line + say("larger_reader.extra", language, **lacking.values) if isinstance(lacking, ExtraMissing) else line
