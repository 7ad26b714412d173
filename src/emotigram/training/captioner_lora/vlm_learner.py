"""Models of the engine transformers_vlm as learners: chat models, Florence-2 and BLIP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from PIL.Image import Image
from torch import Tensor, nn

from emotigram.captioners.transformers_vlm.checkpoint import load_checkpoint
from emotigram.errors import WeightsWrong
from emotigram.settings import Settings
from emotigram.training.captioner_lora.config import CaptionerLoraConfig
from emotigram.training.captioner_lora.tokens import IGNORED, CaptionTokens, behind, filled, first_end

# where models of transformers keep their language model
_PARTS = ("model.language_model", "language_model", "model.text_model", "text_decoder")
_TYPES_OF_TOKENS = ("mm_token_type_ids", "token_type_ids")  # 0 is text


class VlmLearner:
    """Learns to answer the prompt that the engine asks for tweets, or else for descriptions."""

    engine = "transformers_vlm"
    saved_from = ""
    unadaptable = frozenset({"lm_head"})  # often the same weights as the words' own

    def __init__(self, name: str, folder: Path, config: CaptionerLoraConfig, settings: Settings) -> None:
        self.name, self.folder = name, folder
        checkpoint = load_checkpoint(folder, name, settings)
        family = replace(checkpoint.family, max_new_tokens=config.max_tokens)
        self._checkpoint = replace(checkpoint, family=family)
        self.model = checkpoint.model
        self.part = _language_part(self.model, name)
        self._prompt = config.prompt or (family.tweet or family.description)["en"]
        self.tokens = CaptionTokens(checkpoint.processor.tokenizer, self._end(), config.max_tokens)

    def batch(self, images: Sequence[Image], captions: Sequence[str]) -> dict[str, Tensor]:
        """Photos with their captions as the model's inputs, labels that count the captions alone."""
        inputs = self._checkpoint.inputs(images, [self._prompt] * len(images))
        token_ids = [self.tokens.ids(caption) for caption in captions]
        given = dict(inputs.to(self._checkpoint.device, self.model.dtype))
        if self.model.config.is_encoder_decoder:
            return given | {
                name: values.to(self._checkpoint.device) for name, values in self._decoded(token_ids).items()
            }
        if "input_ids" not in given:  # BLIP is asked nothing and begins with its start token
            start = torch.full((len(images), 1), self.model.config.text_config.bos_token_id)
            given |= {"input_ids": start.to(self._checkpoint.device)}
            given["attention_mask"] = torch.ones_like(given["input_ids"])
        laid_out = behind(given["input_ids"], given["attention_mask"], token_ids, self.tokens.pad)
        return given | self._typed(given, laid_out["input_ids"].shape[1]) | laid_out

    def tweets(self, images: Sequence[Image]) -> list[str]:
        """What the model, as it is now, writes of each photo, greedily."""
        return self._checkpoint.answers(images, [self._prompt] * len(images), beams=1)

    def _decoded(self, captions: Sequence[Sequence[int]]) -> dict[str, Tensor]:
        """What a decoder with an encoder is given and must say; tokens that decoding forces are not learned."""
        wanted = self.model.generation_config
        start = [wanted.decoder_start_token_id]
        start += [] if wanted.forced_bos_token_id is None else [wanted.forced_bos_token_id]
        unsaid = [IGNORED] * (len(start) - 1)
        return {
            "decoder_input_ids": filled([[*start, *row[:-1]] for row in captions], self.tokens.pad),
            "labels": filled([[*unsaid, *row] for row in captions], IGNORED),
        }

    def _typed(self, given: dict[str, Tensor], length: int) -> dict[str, Tensor]:
        """The kinds of tokens, where a model is given them, as long as the rows."""
        found = {name: given[name] for name in _TYPES_OF_TOKENS if name in given}
        return {name: nn.functional.pad(kinds, (0, length - kinds.shape[1])) for name, kinds in found.items()}

    def _end(self) -> int:
        if self.part == "text_decoder":  # BLIP's generate takes its separator for the end
            return int(self.model.config.text_config.sep_token_id)
        return first_end(self.model.generation_config)


def _language_part(model: Any, name: str) -> str:
    parts = {part for part, _ in model.named_modules()}
    found = next((part for part in _PARTS if part in parts), None)
    if found is None:
        raise WeightsWrong(name=name, wanted=", ".join(_PARTS), found=type(model).__name__)
    return found
