"""Readers that a user would pick instead of the embedded one, at their real sizes, with random weights.

Sizes are typed from the config.json of each repository; the parameters that come of them are the published ones.
``quick`` makes tiny ones of the same architecture. What each is fed is a photo as its own image processor cuts it,
and as many prompt tokens as its own prompt has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from PIL.Image import Image
from transformers import (
    Blip2Config,
    Blip2ForConditionalGeneration,
    BlipConfig,
    BlipForConditionalGeneration,
    BlipImageProcessorPil,
    CLIPImageProcessorPil,
    Florence2Config,
    Florence2ForConditionalGeneration,
    Idefics3Config,
    Idefics3ForConditionalGeneration,
    Idefics3ImageProcessorPil,
    Qwen2VLImageProcessorPil,
    Qwen3_5Config,
    Qwen3_5ForConditionalGeneration,
)

Inputs = Mapping[str, torch.Tensor]


@dataclass(frozen=True)
class RandomReader:
    """A model class with its config, how photos become inputs, and the beams that its repository sets (1 is greedy)."""

    kind: Any
    config: Any
    inputs: Callable[[Sequence[Image]], Inputs]
    beams: int = 1


def blip_base(quick: bool) -> RandomReader:
    """https://huggingface.co/Salesforce/blip-image-captioning-base/blob/main/config.json: 224 M.

    247 M in its file, which has the matrix of the words twice.
    """
    width = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    if not quick:
        width = {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12}
    pixels = 32 if quick else 384
    text = {"vocab_size": 30524, "encoder_hidden_size": width["hidden_size"], "max_position_embeddings": 512}
    ids = {"bos_token_id": 30522, "pad_token_id": 0, "sep_token_id": 102, "eos_token_id": 102}
    config = BlipConfig(
        vision_config={**width, "image_size": pixels, "patch_size": 16},
        text_config={**width, **text, **ids, "is_decoder": True},
        projection_dim=512,
        image_text_hidden_size=256,
    )
    processor = BlipImageProcessorPil(size={"height": pixels, "width": pixels})
    return RandomReader(BlipForConditionalGeneration, config, lambda images: _pixels(processor, list(images)))


def florence_2_base(quick: bool) -> RandomReader:
    """https://huggingface.co/microsoft/Florence-2-base-ft/blob/main/config.json: 0.23 B; three beams, as it says."""
    pixels = 64 if quick else 768
    widths, heads = ([8, 16, 16, 32], [1, 2, 2, 2]) if quick else ([128, 256, 512, 1024], [4, 8, 16, 32])
    width, layers, inner = (32, 2, 64) if quick else (768, 6, 3072)
    vision = {
        "depths": [1, 1, 1 if quick else 9, 1],
        "embed_dim": widths,
        "num_heads": heads,
        "num_groups": heads,
        "window_size": 4 if quick else 12,
        "projection_dim": width,
    }
    text = {
        "model_type": "bart",
        "vocab_size": 51289,
        "d_model": width,
        **{f"{part}_layers": layers for part in ("encoder", "decoder")},
        **{f"{part}_attention_heads": 2 if quick else 12 for part in ("encoder", "decoder")},
        **{f"{part}_ffn_dim": inner for part in ("encoder", "decoder")},
        "max_position_embeddings": 1024,
    }
    image_token = 51288
    config = Florence2Config(vision_config=vision, text_config=text, image_token_id=image_token)
    size = {"height": pixels, "width": pixels}
    processor = CLIPImageProcessorPil(size=size, crop_size=size, do_center_crop=False)
    seen = (pixels // 32) ** 2 + 1
    words = 8  # "What does the image describe?", which <CAPTION> stands for

    def inputs(images: Sequence[Image]) -> Inputs:
        return _pixels(processor, list(images)) | _prompt(len(images), [image_token] * seen, words)

    return RandomReader(Florence2ForConditionalGeneration, config, inputs, beams=3)


def smolvlm_256m(quick: bool) -> RandomReader:
    """https://huggingface.co/HuggingFaceTB/SmolVLM-256M-Instruct/blob/main/config.json: 256 M."""
    tile = 32 if quick else 512  # a photo is seen as tiles of this size, and once as a whole
    vision = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    text = {**vision, "num_key_value_heads": 1, "head_dim": 16}
    if not quick:
        vision = {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12}
        text = {"hidden_size": 576, "intermediate_size": 1536, "num_hidden_layers": 30, "num_attention_heads": 9}
        text |= {"num_key_value_heads": 3, "head_dim": 64}
    patch, scale, image_token = (8, 2, 49190) if quick else (16, 4, 49190)
    config = Idefics3Config(
        vision_config={**vision, "image_size": tile, "patch_size": patch},
        text_config={"model_type": "llama", "vocab_size": 49280, "max_position_embeddings": 8192, **text},
        scale_factor=scale,
        image_token_id=image_token,
        pad_token_id=2,
        tie_word_embeddings=False,
    )
    processor = Idefics3ImageProcessorPil(size={"longest_edge": 4 * tile}, max_image_size={"longest_edge": tile})
    seen = (tile // patch // scale) ** 2
    words = 45  # what the engine transformers_vlm asks, in its chat template

    def inputs(images: Sequence[Image]) -> Inputs:
        pixels = dict(processor(images=[[image] for image in images], return_tensors="pt"))
        tiles = pixels["pixel_values"].shape[1]
        # each tile has its place in two tokens before it, and a line break or the like after it
        return pixels | _prompt(len(images), [image_token] * seen * tiles, words + 3 * tiles)

    return RandomReader(Idefics3ForConditionalGeneration, config, inputs)


def qwen35_08b(quick: bool) -> RandomReader:
    """https://huggingface.co/Qwen/Qwen3.5-0.8B/blob/main/config.json: 0.85 B without the layer that guesses ahead."""
    vision = {"depth": 2, "hidden_size": 32, "intermediate_size": 64, "num_heads": 2, "out_hidden_size": 32}
    text = {"hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 2, "num_key_value_heads": 1}
    linear = {"linear_num_key_heads": 2, "linear_num_value_heads": 2}
    if not quick:
        vision = {"depth": 12, "hidden_size": 768, "intermediate_size": 3072, "num_heads": 12, "out_hidden_size": 1024}
        text = {"hidden_size": 1024, "intermediate_size": 3584, "num_attention_heads": 8, "num_key_value_heads": 2}
        linear = {"linear_num_key_heads": 16, "linear_num_value_heads": 16}
    kinds = [*["linear_attention"] * 3, "full_attention"] * (1 if quick else 6)
    layers = {"num_hidden_layers": len(kinds), "layer_types": kinds, "head_dim": 256, "vocab_size": 248320}
    rope = {"rope_type": "default", "rope_theta": 1e7, "partial_rotary_factor": 0.25}
    rope |= {"mrope_section": [11, 11, 10], "mrope_interleaved": True}
    config = Qwen3_5Config(
        vision_config={**vision, "patch_size": 16, "num_position_embeddings": 2304},
        text_config={**text, **linear, **layers, "rope_parameters": rope, "tie_word_embeddings": True},
        tie_word_embeddings=True,
    )
    pixels = (
        {"shortest_edge": 64**2, "longest_edge": 64**2} if quick else {"shortest_edge": 256**2, "longest_edge": 4096**2}
    )
    processor = Qwen2VLImageProcessorPil(patch_size=16, merge_size=2, temporal_patch_size=2, size=pixels)
    words = 45

    def inputs(images: Sequence[Image]) -> Inputs:
        seen = dict(processor(images=list(images), return_tensors="pt"))
        tokens = int(seen["image_grid_thw"][0].prod()) // 4
        asked = _prompt(len(images), [config.image_token_id] * tokens, words)
        return seen | asked | {"mm_token_type_ids": (asked["input_ids"] == config.image_token_id).int()}

    return RandomReader(Qwen3_5ForConditionalGeneration, config, inputs)


def blip2_opt(quick: bool) -> RandomReader:
    """https://huggingface.co/Salesforce/blip2-opt-2.7b/blob/main/config.json: 3.7 B."""
    pixels = 28 if quick else 224
    vision = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    text = {"hidden_size": 32, "ffn_dim": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    qformer = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    if not quick:
        vision = {"hidden_size": 1408, "intermediate_size": 6144, "num_hidden_layers": 39, "num_attention_heads": 16}
        text = {"hidden_size": 2560, "ffn_dim": 10240, "num_hidden_layers": 32, "num_attention_heads": 32}
        qformer = {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12}
    config = Blip2Config(
        vision_config={**vision, "image_size": pixels, "patch_size": 14},
        qformer_config={**qformer, "encoder_hidden_size": vision["hidden_size"]},
        text_config={"model_type": "opt", "vocab_size": 50304, "word_embed_proj_dim": text["hidden_size"], **text},
        num_query_tokens=32,
        image_token_index=50265,
    )
    processor = BlipImageProcessorPil(size={"height": pixels, "width": pixels})
    return RandomReader(Blip2ForConditionalGeneration, config, lambda images: _pixels(processor, list(images)))


BUILDERS: Mapping[str, Callable[[bool], RandomReader]] = {
    "blip-base": blip_base,
    "florence-2-base": florence_2_base,
    "smolvlm-256m": smolvlm_256m,
    "qwen3.5-0.8b": qwen35_08b,
    "blip2-opt-2.7b": blip2_opt,
}


def _pixels(processor: Any, images: list[Image]) -> dict[str, torch.Tensor]:
    return {"pixel_values": processor(images=images, return_tensors="pt")["pixel_values"]}


def _prompt(photos: int, image_tokens: list[int], words: int) -> dict[str, torch.Tensor]:
    """The same tokens for each photo; which words they are makes no difference to the time."""
    ids = torch.tensor([[*image_tokens, *range(100, 100 + words)]] * photos)
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
