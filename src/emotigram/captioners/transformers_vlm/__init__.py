"""Any image-text-to-text model behind transformers, on this computer; needs the extra ``blip2`` and weights."""

from __future__ import annotations

from emotigram.engines import Engine
from emotigram.errors import EngineError
from emotigram.ports import Captioner
from emotigram.settings import Settings
from emotigram.weights.readers import missing_for, suit

DEFAULT_WEIGHTS = "florence-2-base-ft"


def build(settings: Settings) -> Captioner:
    """Open the engine; raises EmotiGramError."""
    from emotigram.captioners.transformers_vlm.captioner import open_captioner  # noqa: PLC0415  # torch

    return open_captioner(settings.captioner_model or DEFAULT_WEIGHTS, settings)


def _missing(settings: Settings) -> EngineError | None:
    return missing_for("transformers_vlm", DEFAULT_WEIGHTS, settings)


ENGINE = Engine(
    names={"en": "describe photos, transformers", "zh": "用 transformers 的模型读图"},
    build=build,
    missing=_missing,
    suits=lambda settings: suit("transformers_vlm", settings),
    rank=2,  # before a provider: photos stay here
)
