"""Tiny BLIP-2 checkpoints of the real architecture, random weights, saved in the real format."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from transformers import (
    Blip2Config,
    Blip2ForConditionalGeneration,
    Blip2QFormerConfig,
    Blip2VisionConfig,
    BlipImageProcessorPil,
    OPTConfig,
)

from tests.checkpoints.words import opt_tokenizer

IMAGE_PX = 28


def save_blip2(folder: Path, *, width: int = 32, seed: int = 0, max_shard_size: str = "50GB") -> Path:
    """Save model, tokenizer and image processor; ``width`` is the language model's, the seed its weights'."""
    tokenizer = opt_tokenizer()
    torch.manual_seed(seed)
    model = Blip2ForConditionalGeneration(blip2_config(len(tokenizer), width)).eval()
    _make_eloquent(model)
    model.save_pretrained(folder, max_shard_size=max_shard_size)
    tokenizer.save_pretrained(folder)
    BlipImageProcessorPil(size={"height": IMAGE_PX, "width": IMAGE_PX}).save_pretrained(folder)
    return folder


def blip2_config(vocabulary: int, width: int) -> Blip2Config:
    """The real configuration classes with small numbers; the image token is the vocabulary's last."""
    vision = Blip2VisionConfig(
        hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2, image_size=IMAGE_PX
    )
    qformer = Blip2QFormerConfig(
        vocab_size=vocabulary,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        encoder_hidden_size=32,
    )
    text = OPTConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        ffn_dim=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        word_embed_proj_dim=width,
        max_position_embeddings=128,
        pad_token_id=1,
        bos_token_id=2,
        eos_token_id=2,
    )
    return Blip2Config(
        vision_config=vision.to_dict(),
        qformer_config=qformer.to_dict(),
        text_config=text.to_dict(),
        num_query_tokens=4,
        image_token_index=vocabulary - 1,
    )


def save_adapter(checkpoint: Path, folder: Path, *, of_whole_model: bool = True, **options: object) -> Path:
    """Save a random LoRA adapter of the whole model, as the first EmotiGram did, or of the language model alone."""
    model: torch.nn.Module = Blip2ForConditionalGeneration.from_pretrained(checkpoint)
    torch.manual_seed(3)
    wanted = {"r": 4, "lora_alpha": 64, "target_modules": ["q_proj", "k_proj"], "init_lora_weights": False} | options
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # PEFT asks transformers in a way that is on its way out
        adapted = get_peft_model(model if of_whole_model else model.language_model, LoraConfig(**wanted))
    adapted.save_pretrained(folder)
    return folder


def without_image_token(folder: Path) -> Path:
    """Take the image token out of a saved configuration, as old checkpoints have it."""
    path = folder / "config.json"
    config = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({key: value for key, value in config.items() if not key.startswith("image_token")}))
    return folder


def _make_eloquent(model: Blip2ForConditionalGeneration) -> None:
    """Larger random weights: with the usual small ones every photo would read alike."""
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if weights.dim() > 1:
                weights.normal_(0.0, 0.4 if "language_model" in name else 0.2)
        model.query_tokens.normal_(0.0, 0.5)
