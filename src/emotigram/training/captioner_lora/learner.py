"""What a captioner must do to be fine-tuned."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from PIL.Image import Image
from torch import Tensor

from emotigram.captioners.blip2 import DEFAULT_WEIGHTS
from emotigram.settings import Settings
from emotigram.training.captioner_lora.config import CaptionerLoraConfig
from emotigram.training.captioner_lora.tokens import CaptionTokens
from emotigram.weights.readers import engine_of
from emotigram.weights.store import find_weights


class Learner(Protocol):
    """A captioner whose model takes batches with ``labels`` and gives a loss."""

    name: str
    engine: str
    folder: Path
    model: Any
    part: str  # where in the model its language model is
    saved_from: str  # the part that adapters are saved from, '' for the whole model
    unadaptable: frozenset[str]  # linear layers that no adapter may change
    tokens: CaptionTokens

    def batch(self, images: Sequence[Image], captions: Sequence[str]) -> dict[str, Tensor]:
        """Photos with their captions, laid out as when the engine decodes; labels count the captions alone."""
        ...

    def tweets(self, images: Sequence[Image]) -> list[str]:
        """What the model, as it is now, writes of each, greedily."""
        ...


def load_learner(config: CaptionerLoraConfig, settings: Settings) -> Learner:
    """Load the weights that the config names, frozen; raises EngineError.

    ``settings`` say where: device, numbers and the weights' folder.
    """
    name = config.model or settings.captioner_model or DEFAULT_WEIGHTS
    chosen = settings.model_copy(update={"captioner_model": name, "quantization": config.quantization})
    folder = find_weights(name, chosen)
    if engine_of(name, chosen) == "blip2":
        from emotigram.training.captioner_lora.blip2_learner import Blip2Learner  # noqa: PLC0415  # only one is needed

        return Blip2Learner(name, folder, config, chosen)
    from emotigram.training.captioner_lora.vlm_learner import VlmLearner  # noqa: PLC0415

    return VlmLearner(name, folder, config, chosen)
