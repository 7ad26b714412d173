"""Tiny Florence-2 checkpoints of the real architecture, random weights, saved in the real format."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from transformers import CLIPImageProcessorPil, Florence2Config, Florence2ForConditionalGeneration

from tests.checkpoints.pieces import byte_level_tokenizer, make_eloquent

_IMAGE_PX = 64
_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>", "<image>", *(f"<loc_{place}>" for place in range(8)))


def save_florence2(folder: Path, *, seed: int = 0, max_shard_size: str = "50GB") -> Path:
    """Save model, tokenizer and processor."""
    tokenizer = byte_level_tokenizer(_SPECIAL, bos="<s>", eos="</s>", pad="<pad>", named={"image_token": "<image>"})
    torch.manual_seed(seed)
    model = Florence2ForConditionalGeneration(_config(len(tokenizer))).eval()
    make_eloquent(model, model.lm_head, tokenizer)
    model.generation_config.num_beams = 3  # as the real one
    model.generation_config.no_repeat_ngram_size = 3
    model.save_pretrained(folder, max_shard_size=max_shard_size)
    tokenizer.save_pretrained(folder)
    cells = (_IMAGE_PX // 32) ** 2
    size = {"height": _IMAGE_PX, "width": _IMAGE_PX}
    CLIPImageProcessorPil(size=size, crop_size=size, do_center_crop=False).save_pretrained(folder)
    path = folder / "preprocessor_config.json"
    values = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(values | {"image_seq_length": cells + 1, "processor_class": "Florence2Processor"}))
    return folder


def _config(vocabulary: int) -> Florence2Config:
    vision = {
        "depths": [1, 1, 1, 1],
        "embed_dim": [8, 16, 16, 32],
        "num_heads": [1, 2, 2, 2],
        "num_groups": [1, 2, 2, 2],
        "window_size": 4,
        "projection_dim": 32,
    }
    text = {
        "model_type": "bart",
        "vocab_size": vocabulary,
        "d_model": 32,
        "encoder_layers": 2,
        "decoder_layers": 2,
        "encoder_attention_heads": 2,
        "decoder_attention_heads": 2,
        "encoder_ffn_dim": 64,
        "decoder_ffn_dim": 64,
        "max_position_embeddings": 256,
        "bos_token_id": 0,
        "pad_token_id": 1,
        "eos_token_id": 2,
        "decoder_start_token_id": 2,
        "forced_eos_token_id": 2,
    }
    return Florence2Config(text_config=text, vision_config=vision, image_token_id=_SPECIAL.index("<image>"))
