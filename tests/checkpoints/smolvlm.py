"""Tiny SmolVLM2 checkpoints of the real architecture, random weights, saved in the real format."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from transformers import SmolVLMConfig, SmolVLMForConditionalGeneration, SmolVLMImageProcessorPil

from tests.checkpoints.pieces import byte_level_tokenizer, make_eloquent

_TILE_PX = 32
_PATCH_PX = 8
_SCALE = 2
_TILES = 4  # rows and columns that a photo may be split into
_SPECIAL = (
    "<|im_start|>",
    "<|im_end|>",
    "<end_of_utterance>",
    "<fake_token_around_image>",
    "<image>",
    "<global-img>",
    *(f"<row_{row}_col_{column}>" for row in range(1, _TILES + 1) for column in range(1, _TILES + 1)),
)
_TEMPLATE = """<|im_start|>{% for message in messages %}{{ message.role | capitalize }}\
{% if message.content[0].type == 'image' %}:{% else %}: {% endif %}\
{% for part in message.content %}{% if part.type == 'text' %}{{ part.text }}{% else %}<image>{% endif %}{% endfor %}\
<end_of_utterance>
{% endfor %}{% if add_generation_prompt %}Assistant:{% endif %}"""


def save_smolvlm(folder: Path, *, seed: int = 0, max_shard_size: str = "50GB") -> Path:
    """Save model, tokenizer and processor; photos are split into tiles as the real one does."""
    tokenizer = byte_level_tokenizer(
        _SPECIAL,
        bos="<|im_start|>",
        eos="<end_of_utterance>",
        pad="<|im_end|>",
        named={
            "image_token": "<image>",
            "fake_image_token": "<fake_token_around_image>",
            "global_image_token": "<global-img>",
            "end_of_utterance_token": "<end_of_utterance>",
        },
    )
    torch.manual_seed(seed)
    model = SmolVLMForConditionalGeneration(_config(len(tokenizer), tokenizer.convert_tokens_to_ids("<image>"))).eval()
    make_eloquent(model, model.lm_head, tokenizer)
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.save_pretrained(folder, max_shard_size=max_shard_size)
    tokenizer.save_pretrained(folder)
    (folder / "chat_template.jinja").write_text(_TEMPLATE)
    SmolVLMImageProcessorPil(
        size={"longest_edge": 3 * _TILE_PX}, max_image_size={"longest_edge": _TILE_PX}, do_image_splitting=True
    ).save_pretrained(folder)
    tokens = (_TILE_PX // _PATCH_PX // _SCALE) ** 2
    processor = {"processor_class": "SmolVLMProcessor", "image_seq_len": tokens}
    (folder / "processor_config.json").write_text(json.dumps(processor))
    return folder


def _config(vocabulary: int, image_token: int) -> SmolVLMConfig:
    vision = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": _TILE_PX,
        "patch_size": _PATCH_PX,
    }
    text = {
        "model_type": "llama",
        "vocab_size": vocabulary,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "max_position_embeddings": 2048,
        "pad_token_id": 1,
    }
    return SmolVLMConfig(
        vision_config=vision,
        text_config=text,
        scale_factor=_SCALE,
        image_token_id=image_token,
        pad_token_id=1,
        tie_word_embeddings=False,
    )
