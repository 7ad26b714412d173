"""Tiny Qwen-VL checkpoints of the real architectures, random weights, saved in the real format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import (
    PreTrainedTokenizerFast,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2VLImageProcessorPil,
    Qwen3_5Config,
    Qwen3_5ForConditionalGeneration,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
)

from tests.checkpoints.pieces import byte_level_tokenizer, make_eloquent

_PATCH_PX = 8
_SPECIAL = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|image_pad|>",
    "<|video_pad|>",
)
# the part of the real template that photos and texts meet
_TEMPLATE = """{% for message in messages %}<|im_start|>{{ message.role }}
{% for part in message.content %}{% if part.type == 'image' %}<|vision_start|><|image_pad|><|vision_end|>\
{% else %}{{ part.text }}{% endif %}{% endfor %}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""
# Qwen3.5 may think first, and says so in its template
_THINKING = (
    _TEMPLATE.removesuffix("{% endif %}")
    + """{% if enable_thinking is defined and enable_thinking is false %}\
<think>

</think>

{% else %}<think>
{% endif %}{% endif %}"""
)


def save_qwen_vl(folder: Path, *, generation: str = "3", seed: int = 0, max_shard_size: str = "50GB") -> Path:
    """Save a Qwen3-VL or, with generation '2.5' or '3.5', a Qwen2.5-VL or a Qwen3.5."""
    tokenizer = byte_level_tokenizer(
        _SPECIAL,
        eos="<|im_end|>",
        pad="<|endoftext|>",
        named={"image_token": "<|image_pad|>", "video_token": "<|video_pad|>"},
    )
    tokenizer.chat_template = _THINKING if generation == "3.5" else _TEMPLATE
    torch.manual_seed(seed)
    model = {"2.5": _qwen_2_5, "3": _qwen_3, "3.5": _qwen_3_5}[generation](tokenizer)
    make_eloquent(model, model.lm_head, tokenizer)
    # as the real ones: sampling is the checkpoint's own wish
    model.generation_config.do_sample = True
    model.generation_config.temperature = 0.7
    model.generation_config.top_p = 0.8
    model.generation_config.top_k = 20
    model.generation_config.eos_token_id = [tokenizer.eos_token_id, tokenizer.pad_token_id]
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    model.save_pretrained(folder, max_shard_size=max_shard_size)
    tokenizer.save_pretrained(folder)
    cell = (2 * _PATCH_PX) ** 2
    Qwen2VLImageProcessorPil(
        patch_size=_PATCH_PX,
        merge_size=2,
        temporal_patch_size=2,
        size={"shortest_edge": 4 * cell, "longest_edge": 36 * cell},
    ).save_pretrained(folder)
    return folder


def _qwen_3(tokenizer: PreTrainedTokenizerFast) -> Qwen3VLForConditionalGeneration:
    vision = {
        "depth": 2,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_heads": 2,
        "out_hidden_size": 32,
        "patch_size": _PATCH_PX,
        "num_position_embeddings": 64,
        "deepstack_visual_indexes": [0],
    }
    text = _text(tokenizer) | {"head_dim": 16, "rope_parameters": _rope(interleaved=True)}
    return Qwen3VLForConditionalGeneration(
        Qwen3VLConfig(text_config=text, vision_config=vision, tie_word_embeddings=False, **_tokens(tokenizer))
    ).eval()


def _qwen_2_5(tokenizer: PreTrainedTokenizerFast) -> Qwen2_5_VLForConditionalGeneration:
    vision = {
        "depth": 2,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_heads": 2,
        "out_hidden_size": 32,
        "patch_size": _PATCH_PX,
        "window_size": 32,
        "fullatt_block_indexes": [1],
    }
    text = _text(tokenizer) | {"rope_parameters": _rope(interleaved=False)}
    return Qwen2_5_VLForConditionalGeneration(
        Qwen2_5_VLConfig(text_config=text, vision_config=vision, tie_word_embeddings=False, **_tokens(tokenizer))
    ).eval()


def _qwen_3_5(tokenizer: PreTrainedTokenizerFast) -> Qwen3_5ForConditionalGeneration:
    """A layer of linear attention and one of full attention; the real ones have three to one."""
    vision = {
        "depth": 2,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_heads": 2,
        "out_hidden_size": 32,
        "patch_size": _PATCH_PX,
        "num_position_embeddings": 64,
    }
    text = _text(tokenizer) | {
        "head_dim": 32,
        "layer_types": ["linear_attention", "full_attention"],
        "linear_num_key_heads": 2,
        "linear_num_value_heads": 2,
        "linear_key_head_dim": 16,
        "linear_value_head_dim": 16,
        "rope_parameters": _rope(interleaved=True) | {"mrope_section": [2, 1, 1], "partial_rotary_factor": 0.25},
    }
    return Qwen3_5ForConditionalGeneration(
        Qwen3_5Config(text_config=text, vision_config=vision, tie_word_embeddings=False, **_tokens(tokenizer))
    ).eval()


def _text(tokenizer: PreTrainedTokenizerFast) -> dict[str, Any]:
    return {
        "vocab_size": len(tokenizer),
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "max_position_embeddings": 1024,
    }


def _rope(*, interleaved: bool) -> dict[str, Any]:
    rope = {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [4, 2, 2]}
    return rope | ({"mrope_interleaved": True} if interleaved else {})


def _tokens(tokenizer: PreTrainedTokenizerFast) -> dict[str, int]:
    names = ("image_token_id", "video_token_id", "vision_start_token_id", "vision_end_token_id")
    pieces = ("<|image_pad|>", "<|video_pad|>", "<|vision_start|>", "<|vision_end|>")
    return {name: tokenizer.convert_tokens_to_ids(piece) for name, piece in zip(names, pieces, strict=True)}
