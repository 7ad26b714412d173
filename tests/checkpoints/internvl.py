"""Tiny InternVL checkpoints of the real architecture, random weights, saved in the real format."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from transformers import GotOcr2ImageProcessorPil, InternVLConfig, InternVLForConditionalGeneration

from tests.checkpoints.pieces import byte_level_tokenizer, make_eloquent

_TILE_PX, _PATCH_PX = 32, 8
_SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<img>", "</img>", "<IMG_CONTEXT>", "<video>")
_TEMPLATE = """{% for message in messages %}<|im_start|>{{ message.role }}
{% for part in message.content %}{% if part.type == 'image' %}<IMG_CONTEXT>
{% else %}{{ part.text }}{% endif %}{% endfor %}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""


def save_internvl(folder: Path, *, seed: int = 0) -> Path:
    """Save model, tokenizer and processor; photos are cut into tiles as the real one does."""
    tokenizer = byte_level_tokenizer(
        _SPECIAL,
        eos="<|im_end|>",
        pad="<|endoftext|>",
        named={
            "start_image_token": "<img>",
            "end_image_token": "</img>",
            "context_image_token": "<IMG_CONTEXT>",
            "video_token": "<video>",
        },
    )
    torch.manual_seed(seed)
    layers = {"num_hidden_layers": 2, "num_attention_heads": 2, "hidden_size": 32, "intermediate_size": 64}
    text = {"model_type": "qwen3", "vocab_size": len(tokenizer), "num_key_value_heads": 1, "head_dim": 16}
    model = InternVLForConditionalGeneration(
        InternVLConfig(
            vision_config={**layers, "image_size": [_TILE_PX] * 2, "patch_size": [_PATCH_PX] * 2},
            text_config={**layers, **text, "max_position_embeddings": 1024},
            image_token_id=tokenizer.convert_tokens_to_ids("<IMG_CONTEXT>"),
            tie_word_embeddings=False,
        )
    ).eval()
    make_eloquent(model, model.lm_head, tokenizer)
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / "chat_template.jinja").write_text(_TEMPLATE)
    size = {"height": _TILE_PX, "width": _TILE_PX}
    GotOcr2ImageProcessorPil(size=size, crop_to_patches=True, min_patches=1, max_patches=3).save_pretrained(folder)
    seen = (_TILE_PX // _PATCH_PX // 2) ** 2
    processor = {"processor_class": "InternVLProcessor", "image_seq_length": seen}
    (folder / "processor_config.json").write_text(json.dumps(processor))
    return folder
