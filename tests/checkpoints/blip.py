"""Tiny BLIP checkpoints of the real architecture, random weights, saved in the real format."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import BertTokenizer, BlipConfig, BlipForConditionalGeneration, BlipImageProcessorPil

IMAGE_PX = 32
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[DEC]")
_WORDS = (
    "a the on in of with by two dog cat man woman street beach boat tree flower sky red blue near old ##s ##ing run"
)


def save_blip(folder: Path, *, seed: int = 0, max_shard_size: str = "50GB") -> Path:
    """Save model, tokenizer and image processor."""
    vocabulary = {word: number for number, word in enumerate((*_SPECIAL, *_WORDS.split()))}
    tokenizer = BertTokenizer(vocab=vocabulary, bos_token="[DEC]")
    torch.manual_seed(seed)
    model = BlipForConditionalGeneration(_config(len(vocabulary))).eval()
    with torch.no_grad():
        for weights in model.parameters():  # larger than usual, so that photos read unlike
            if weights.dim() > 1:
                weights.normal_(0.0, 0.4)
    model.save_pretrained(folder, max_shard_size=max_shard_size)
    tokenizer.save_pretrained(folder)
    BlipImageProcessorPil(size={"height": IMAGE_PX, "width": IMAGE_PX}).save_pretrained(folder)
    return folder


def _config(vocabulary: int) -> BlipConfig:
    layers = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    text = {
        "vocab_size": vocabulary,
        "encoder_hidden_size": 32,
        "max_position_embeddings": 64,
        "bos_token_id": 5,
        "pad_token_id": 0,
        "sep_token_id": 3,
        "eos_token_id": 3,
        "is_decoder": True,
    }
    return BlipConfig(
        text_config=layers | text,
        vision_config=layers | {"image_size": IMAGE_PX, "patch_size": 8},
        projection_dim=32,
        image_text_hidden_size=32,
    )
