"""BLIP-2 as a learner: image tokens, the start token, the prompt, the caption, the end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from PIL.Image import Image
from torch import Tensor

from emotigram.captioners.blip2.adapter import FLAT_LAYERS
from emotigram.captioners.blip2.checkpoint import load_checkpoint
from emotigram.settings import Settings
from emotigram.training.captioner_lora.config import CaptionerLoraConfig
from emotigram.training.captioner_lora.tokens import CaptionTokens, behind, first_end


class Blip2Learner:
    """Learns what the engine's social row says: Checkpoint.prompted lays out the same tokens."""

    engine = "blip2"
    part = saved_from = "language_model"
    unadaptable = FLAT_LAYERS | {"lm_head"}

    def __init__(self, name: str, folder: Path, config: CaptionerLoraConfig, settings: Settings) -> None:
        self.name, self.folder = name, folder
        self._checkpoint = load_checkpoint(folder, name, settings)
        self.model = self._checkpoint.model
        # the released weights stop at a line end, not at </s>: what decoding stops at is what must be learned
        end = first_end(self.model.language_model.generation_config)
        self.tokens = CaptionTokens(self._checkpoint.tokenizer, end, config.max_tokens)
        self._prompt = config.prompt

    def batch(self, images: Sequence[Image], captions: Sequence[str]) -> dict[str, Tensor]:
        """Photos with their captions as the model's inputs, labels that count the captions alone."""
        config = self.model.config
        asked = self.tokens.tokenizer(self._prompt, add_special_tokens=False)["input_ids"] if self._prompt else []
        start = [config.image_token_index] * config.num_query_tokens + [self.tokens.tokenizer.bos_token_id]
        prompts = torch.tensor([[*start, *asked]] * len(images))
        token_ids = [self.tokens.ids(caption) for caption in captions]
        laid_out = behind(prompts, torch.ones_like(prompts), token_ids, self.tokens.pad)
        return laid_out | {"pixel_values": self._checkpoint.pixels(images)}

    @torch.no_grad()
    def tweets(self, images: Sequence[Image]) -> list[str]:
        """What the model, as it is now, writes of each photo, greedily."""
        seen = self.model.get_image_features(self._checkpoint.pixels(images)).pooler_output
        embeddings, mask = self._checkpoint.prompted(seen, [self._prompt] * len(images))
        ids: Tensor = self.model.language_model.generate(
            inputs_embeds=embeddings, attention_mask=mask, max_new_tokens=self.tokens.most, do_sample=False
        )
        return self._checkpoint.texts(ids)
