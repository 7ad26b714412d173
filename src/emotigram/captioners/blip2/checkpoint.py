"""A BLIP-2 checkpoint on disk as the three things the captioner needs: model, tokenizer, image processor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from PIL.Image import Image
from transformers import AutoImageProcessor, AutoTokenizer, Blip2ForConditionalGeneration

from emotigram.checkpoints.device import choose_device
from emotigram.checkpoints.loading import load_whole, loading, read_json
from emotigram.errors import WeightsWrong
from emotigram.settings import Settings

_WANTED = "BLIP-2 with a decoder-only language model (OPT)"


@dataclass(frozen=True, slots=True)
class LoadedBlip2:
    """A loaded checkpoint; ``device`` is where photos go in."""

    name: str
    model: Blip2ForConditionalGeneration
    tokenizer: Any
    image_processor: Any
    device: torch.device

    def pixels(self, images: Sequence[Image]) -> torch.Tensor:
        """Upright RGB images as (n, 3, side, side) in the model's own numbers."""
        values: torch.Tensor = self.image_processor(images=list(images), return_tensors="pt")["pixel_values"]
        return values.to(self.device, self.model.dtype)

    def prompted(self, images: torch.Tensor, prompts: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]:
        """Image tokens (n, queries, width), repeated for len(prompts) / n voices, each followed by its prompt.

        Returns embeddings (rows, length, width) and attention mask (rows, length), padded on the left.
        """
        ids = [[self.tokenizer.bos_token_id, *self._ids(prompt)] for prompt in prompts]
        longest, device = max(map(len, ids)), self._words_device
        rows, masks = [], []
        for row, own in enumerate(ids):
            pads = longest - len(own)
            words = self._embeddings(torch.tensor([self.tokenizer.pad_token_id] * pads + own, device=device))
            image = images[row % len(images)].to(words)
            rows.append(torch.cat([words[:pads], image, words[pads:]]))
            masks.append([0] * pads + [1] * (len(own) + len(image)))
        return torch.stack(rows), torch.tensor(masks, device=device)

    def texts(self, ids: torch.Tensor) -> list[str]:
        """Token ids as texts without special tokens."""
        return [str(text) for text in self.tokenizer.batch_decode(ids, skip_special_tokens=True)]

    def _ids(self, prompt: str) -> list[int]:
        return list(self.tokenizer(prompt, add_special_tokens=False)["input_ids"]) if prompt else []

    @property
    def _words_device(self) -> torch.device:
        weight: torch.Tensor = self._embeddings.weight
        return self.device if weight.is_meta else weight.device  # offloaded: accelerate brings it to the photos'

    @property
    def _embeddings(self) -> torch.nn.Embedding:
        return cast(torch.nn.Embedding, self.model.get_input_embeddings())


def load_checkpoint(folder: Path, name: str, settings: Settings) -> LoadedBlip2:
    """Load a checkpoint from disk; raises WeightsWrong, WeightsDamaged, DeviceMissing or QuantizationUnavailable."""
    config = read_json(folder, "config.json", name)
    found = f"{config.get('model_type', '?')}, {config.get('text_config', {}).get('model_type', '?')}"
    if config.get("model_type") != "blip-2" or not config.get("use_decoder_only_language_model", True):
        raise WeightsWrong(name=name, wanted=_WANTED, found=found)
    model = load_whole(Blip2ForConditionalGeneration, folder, name, settings)
    with loading(folder, name, settings):
        tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
        image_processor = AutoImageProcessor.from_pretrained(str(folder), local_files_only=True, backend="pil")
    if model.config.image_token_index is None:
        model.config.image_token_index = _image_token(tokenizer, len(model.get_output_embeddings().weight))
    return LoadedBlip2(name, model, tokenizer, image_processor, choose_device(settings))


def _image_token(tokenizer: Any, vocabulary: int) -> int:
    """The token that stands for the image where the config names none: the tokenizer's, or the first unused one."""
    known = tokenizer.convert_tokens_to_ids("<image>")
    return int(known) if known != tokenizer.unk_token_id else min(len(tokenizer), vocabulary - 1)
