"""A vision-language checkpoint on disk, of any family that transformers knows, asked about photos."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from PIL.Image import Image, Resampling
from PIL.Image import new as new_image
from transformers import (
    AutoConfig,
    AutoImageProcessor,
    AutoModelForImageTextToText,
    AutoTokenizer,
    Idefics3Processor,
    ProcessorMixin,
)
from transformers.models.auto.modeling_auto import MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES
from transformers.models.auto.processing_auto import PROCESSOR_MAPPING

from emotigram.captioners.transformers_vlm.family import Family, family_of, own_model_types
from emotigram.checkpoints.device import choose_device
from emotigram.checkpoints.loading import load_whole, loading, read_json
from emotigram.errors import WeightsDamaged, WeightsWrong
from emotigram.settings import Settings

_LONGEST_SIDE_PX = 1024  # some models take any size, and time and memory with its square
_SHORTEST_SIDE_PX = 32  # one patch of any family; some refuse less, or take a line of pixels for channels
_LOCAL = {"local_files_only": True, "trust_remote_code": False}
_WHOLE_SENTENCES = re.compile(r".*(?:[。！？!?]|\.(?=\s))", re.DOTALL)


@dataclass(frozen=True, slots=True)
class VlmCheckpoint:
    """A loaded checkpoint; ``device`` is where photos go in, ``silent`` are tokens that are no words."""

    family: Family
    model: Any
    processor: Any
    silent: frozenset[int]
    device: torch.device

    @torch.inference_mode()
    def answers(self, images: Sequence[Image], prompts: Sequence[str], beams: int) -> list[str]:
        """What the model says of each image to the prompt beside it."""
        inputs = self.inputs(images, prompts)
        ids = self.model.generate(
            **inputs.to(self.device, self.model.dtype),
            num_beams=beams,
            do_sample=False,  # whatever the checkpoint wishes: the same photo reads the same
            max_new_tokens=self.family.max_new_tokens,
        )
        if "input_ids" in inputs and not self.model.config.is_encoder_decoder:
            ids = ids[:, inputs["input_ids"].shape[1] :]  # decoders repeat what they were asked
        return [self._text(row) for row in ids.tolist()]

    def _text(self, ids: list[int]) -> str:
        words = [number for number in ids if number not in self.silent]
        text = str(self.processor.tokenizer.decode(words, skip_special_tokens=True)).strip()
        was_cut = len(words) >= self.family.max_new_tokens - 2  # the first and the last may be forced to be no words
        return _ended(text) if was_cut else text

    def inputs(self, photos: Sequence[Image], prompts: Sequence[str]) -> Any:
        """Images and the prompts beside them as tensors."""
        images = [_presentable(photo) for photo in photos]
        if not any(prompts):
            return self.processor(images=images, return_tensors="pt")
        texts = [self._in_template(prompt) for prompt in prompts] if self.family.is_chat else list(prompts)
        nested = [[image] for image in images] if self.family.is_chat else images
        # on the left: a decoder goes on from the last token
        return self.processor(images=nested, text=texts, padding=True, padding_side="left", return_tensors="pt")

    def _in_template(self, prompt: str) -> str:
        content = [{"type": "image"}, {"type": "text", "text": prompt}]
        # models that think aloud first can be told not to
        options = {"enable_thinking": False} if "enable_thinking" in str(self.processor.chat_template) else {}
        said: str = self.processor.apply_chat_template(
            [{"role": "user", "content": content}], add_generation_prompt=True, tokenize=False, **options
        )
        return said


def load_checkpoint(folder: Path, name: str, settings: Settings) -> VlmCheckpoint:
    """Load weights, tokenizer and image processor; raises WeightsError, DeviceMissing, OutOfMemory and the like."""
    model_type = str(read_json(folder, "config.json", name).get("model_type", "?"))
    if model_type not in MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES:
        raise WeightsWrong(name=name, wanted="image-text-to-text", found=model_type)
    device = choose_device(settings)
    with loading(folder, name, settings):
        processor = _load_processor(folder)
    family = family_of(model_type, has_chat_template=bool(getattr(processor, "chat_template", None)))
    if family is None:
        raise WeightsWrong(name=name, wanted=", ".join([*own_model_types(), "chat_template.jinja"]), found=model_type)
    model = load_whole(AutoModelForImageTextToText, folder, name, settings)
    if 2 * len(processor.tokenizer) < model.config.get_text_config().vocab_size:  # some load without any words
        raise WeightsDamaged(name=name, file="tokenizer.json")
    checkpoint = VlmCheckpoint(family, model, processor, _silent(processor.tokenizer), device)
    with loading(folder, name, settings):  # a template that takes no photos shows here, not at the first photo
        checkpoint.inputs([new_image("RGB", (64, 64))], [family.description["en"]])
    return checkpoint


def _load_processor(folder: Path) -> Any:
    """Tokenizer and PIL image processor as the model's own processor joins them, without its part for videos.

    That part would need torchvision, and SmolVLM's num2words; Idefics3's processor does the same with photos.
    """
    config = AutoConfig.from_pretrained(folder, **_LOCAL)
    own: Any = Idefics3Processor if config.model_type == "smolvlm" else PROCESSOR_MAPPING[type(config)]
    parts: dict[str, Any] = {
        "tokenizer": AutoTokenizer.from_pretrained(folder, **_LOCAL),
        "image_processor": AutoImageProcessor.from_pretrained(folder, backend="pil", **_LOCAL),
    }
    options, _ = own.get_processor_dict(folder, **_LOCAL)
    processor = _for_photos(own).from_args_and_dict([parts.get(part) for part in own.get_attributes()], options)
    if not getattr(processor, "chat_template", None):
        processor.chat_template = parts["tokenizer"].chat_template
    return processor


def _for_photos(own: type[ProcessorMixin]) -> type[ProcessorMixin]:
    class ForPhotos(own):  # type: ignore[misc, valid-type]
        def check_argument_for_proper_class(self, argument_name: str, argument: object) -> Any:
            return None if argument is None else super().check_argument_for_proper_class(argument_name, argument)

    return ForPhotos


def _silent(tokenizer: Any) -> frozenset[int]:
    """Added tokens, such as <loc_7> or <think>, but for those that are only white space."""
    added = {number for number, token in tokenizer.added_tokens_decoder.items() if token.content.strip()}
    return frozenset(added | set(tokenizer.all_special_ids))


def _ended(text: str) -> str:
    """A text that was cut short, up to its last whole sentence where it has one."""
    whole = _WHOLE_SENTENCES.match(text)
    return whole[0] if whole else f"{text}…"


def _presentable(image: Image) -> Image:
    """A copy of a size that every family takes; only photos a line wide change their proportions."""
    scale = min(1.0, _LONGEST_SIDE_PX / max(image.size))
    size = [min(max(round(side * scale), _SHORTEST_SIDE_PX), _LONGEST_SIDE_PX) for side in image.size]
    return image.resize((size[0], size[1]), Resampling.LANCZOS, reducing_gap=3.0)
