"""BLIP-2 with two voices, on this computer; needs the extra ``blip2`` and weights."""

from __future__ import annotations

from emotigram.domain import Note
from emotigram.engines import Engine
from emotigram.errors import EngineError
from emotigram.ports import Captioner
from emotigram.settings import Settings
from emotigram.weights.readers import missing_for, suit
from emotigram.weights.store import entry_of

DEFAULT_WEIGHTS = "blip2-opt-2.7b"
_BYTES_PER_PARAMETER = 2  # bf16 or fp16 on a GPU
_WORKING_ROOM = 1.2  # keys and values of a few photos, and what the GPU's own libraries take


def build(settings: Settings) -> Captioner:
    """Open the engine; raises EmotiGramError."""
    from emotigram.captioners.blip2.captioner import open_captioner  # noqa: PLC0415  # torch

    return open_captioner(settings.captioner_model or DEFAULT_WEIGHTS, settings)


def _missing(settings: Settings) -> EngineError | None:
    return missing_for("blip2", DEFAULT_WEIGHTS, settings)


def _suits(settings: Settings) -> bool | Note:
    """Where its weights are named, or are here without having been named and a GPU has room for them."""
    if settings.captioner_model:
        return suit("blip2", settings)
    return settings.device != "cpu" and _missing(settings) is None and _has_room()


def _has_room() -> bool:
    import torch  # noqa: PLC0415  # seconds to load, and only needed where there are weights

    entry = entry_of(DEFAULT_WEIGHTS)
    if not torch.cuda.is_available() or entry is None:
        return False
    free, _ = torch.cuda.mem_get_info()
    return free >= entry.parameters_b * 1e9 * _BYTES_PER_PARAMETER * _WORKING_ROOM


ENGINE = Engine(
    names={"en": "describe photos with BLIP-2", "zh": "用 BLIP-2 读图"},
    build=build,
    missing=_missing,
    suits=_suits,
    rank=3,  # the one captioner that was trained to post: two voices, and features for sentiment
    memory_gb=8.6,  # bf16
    cpu_s=14.0,
)
