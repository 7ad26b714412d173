"""Which captioner is the best that is usable now; nothing is fetched and no weights are opened to find out."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from emotigram.domain import Note
from emotigram.errors import WeightsError
from emotigram.files import read_json_file
from emotigram.settings import Settings
from emotigram.weights.store import entry_of, find_weights, is_at_hand

# what an engine reads with where the settings name no weights
DEFAULT_WEIGHTS = {"blip2": "blip2-opt-2.7b", "transformers_vlm": "florence-2-base-ft"}
_PACKAGES = ("accelerate", "peft", "torch", "transformers")  # the extra blip2
_BYTES_PER_PARAMETER = 2  # bf16 or fp16 on a GPU
_WORKING_ROOM = 1.2  # keys and values of a few photos, and what the GPU's own libraries take


def choose_captioner(settings: Settings) -> tuple[str, tuple[Note, ...]]:
    """The engine's name, and notes for the user where what was configured cannot be used.

    On a GPU with room for it and the weights at hand, blip2; else what the settings configure, be it weights at
    hand or else a vision provider; else embedded. A provider is never chosen because a key happens to be set: it would
    be sent the photos.
    """
    if _is_ready_for_blip2(settings):
        return "blip2", ()
    notes = _missing(settings) if settings.captioner_model else ()
    if settings.captioner_model and not notes:
        return engine_of(settings), ()
    return ("openai_vision" if settings.vision_provider else "embedded"), notes


def is_extra_installed() -> bool:
    """Whether all packages of the extra ``blip2`` are here; none of them is imported."""
    return all(importlib.util.find_spec(name) for name in _PACKAGES)


def _is_ready_for_blip2(settings: Settings) -> bool:
    name = settings.captioner_model or DEFAULT_WEIGHTS["blip2"]
    if not is_extra_installed() or not is_at_hand(name, settings) or engine_of(settings) != "blip2":
        return False
    import torch  # noqa: PLC0415  # seconds to load, and only needed where there are weights

    if settings.device == "cpu" or not torch.cuda.is_available():
        return False
    free, _ = torch.cuda.mem_get_info()
    entry = entry_of(name)
    return free >= (entry.parameters_b if entry else 0) * 1e9 * _BYTES_PER_PARAMETER * _WORKING_ROOM


def _missing(settings: Settings) -> tuple[Note, ...]:
    """What stands in the way of the weights that the settings name; () for nothing."""
    if not is_extra_installed():
        return (Note("no_extra", {"name": settings.captioner_model, "extra": "blip2"}),)
    try:
        find_weights(settings.captioner_model, settings)
    except WeightsError as error:
        return (Note.of_error("no_weights", error),)
    return ()


def engine_of(settings: Settings) -> str:
    """The engine that reads with the weights of the settings: as the catalogue says, else by their config.json."""
    name = settings.captioner_model or DEFAULT_WEIGHTS["blip2"]
    entry = entry_of(name)
    if entry is not None:
        return entry.engine
    return "blip2" if _model_type(find_weights(name, settings)) == "blip-2" else "transformers_vlm"


def _model_type(folder: Path) -> str:
    try:
        config = read_json_file(folder / "config.json")
    except (OSError, ValueError):  # the engine itself says what is wrong with the folder
        return ""
    return str(config.get("model_type", "")) if isinstance(config, dict) else ""
