"""Which engine reads photos with weights on this computer, and what it lacks for that; no weights are opened."""

from __future__ import annotations

from pathlib import Path

from emotigram.domain import Note
from emotigram.engines import extra_missing
from emotigram.errors import EngineError, ExtraMissing, WeightsError
from emotigram.files import read_json_file
from emotigram.settings import Settings
from emotigram.weights.store import entry_of, find_weights

_EXTRA, _PACKAGES = "blip2", ("accelerate", "peft", "torch", "transformers")


def engine_of(name: str, settings: Settings) -> str:
    """The engine that reads with weights: as the catalogue says, else by their config.json; raises WeightsError."""
    entry = entry_of(name)
    if entry is not None:
        return entry.engine
    return "blip2" if _model_type(find_weights(name, settings)) == "blip-2" else "transformers_vlm"


def are_meant_for(engine: str, settings: Settings) -> bool:
    """Whether the settings name weights that this engine reads with; transformers_vlm speaks for unusable ones."""
    try:
        return bool(settings.captioner_model) and engine_of(settings.captioner_model, settings) == engine
    except WeightsError:
        return engine == "transformers_vlm"


def missing_for(engine: str, default: str, settings: Settings) -> EngineError | None:
    """What stands in the way of an engine's weights, of the settings or else its ``default``; None for nothing."""
    if lacking := extra_missing(_EXTRA, *_PACKAGES):
        return lacking
    try:
        find_weights(settings.captioner_model if are_meant_for(engine, settings) else default, settings)
    except WeightsError as error:
        return error
    return None


def suit(engine: str, settings: Settings) -> bool | Note:
    """Whether the settings name weights for an engine, so that ``auto`` takes it; a note where it cannot."""
    if not are_meant_for(engine, settings):
        return False
    error = missing_for(engine, "", settings)
    if isinstance(error, ExtraMissing):
        return Note("no_extra", {"name": settings.captioner_model, "extra": _EXTRA})
    if error is not None:
        return Note.of_error("no_weights", error)
    return True


def _model_type(folder: Path) -> str:
    try:
        config = read_json_file(folder / "config.json")
    except (OSError, ValueError):  # the engine itself says what is wrong with the folder
        return ""
    return str(config.get("model_type", "")) if isinstance(config, dict) else ""
