"""A small data set of drawn photos and plain texts, and tiny encoders of the real architectures."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from transformers import BertConfig, BertModel, BertTokenizer, ViTConfig, ViTImageProcessorPil, ViTModel

from emotigram.settings import Settings
from emotigram.training.multimodal.build import Built, Encoders, build_encoders, build_model
from emotigram.training.multimodal.config import SentimentConfig
from emotigram.training.multimodal.data import Dataset
from emotigram.training.multimodal.read_data import read_dataset

WORDS = {
    "positive": ["lovely", "wonderful", "happy", "great", "day"],
    "negative": ["terrible", "awful", "sad", "bad", "night"],
    "neutral": ["plain", "report", "chair", "table", "noon"],
}
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_COLOURS = {"positive": (220, 200, 40), "negative": (30, 30, 60), "neutral": (128, 128, 128)}
_ROWS = {"train": 45, "val": 21, "test": 21}
SMALL = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}


def draw_set(folder: Path) -> Path:
    """Write train.csv, val.csv and test.csv with a photo a row; the texts have one to nine words."""
    chance = np.random.default_rng(0)
    for part, count in _ROWS.items():
        lines = []
        for i in range(count):
            mood = list(WORDS)[i % 3]
            noise = chance.integers(0, 30, (24, 32, 3)) + np.array(_COLOURS[mood])
            Image.fromarray(noise.clip(0, 255).astype(np.uint8)).save(folder / f"{part}{i}.png")
            text = " ".join(chance.choice(WORDS[mood], 1 + i % 9))
            lines.append([f"{part}{i}.png", text, mood])
        with (folder / f"{part}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["image", "text", "sentiment"], *lines])
    return folder


def read_set(folder: Path) -> Dataset:
    """The set that ``draw_set`` wrote."""
    return read_dataset("folder", folder, validation_share=0.1)


def with_captions(data: Dataset) -> Dataset:
    """The same rows with what would be said automatically of each photo."""
    parts = {
        part: tuple(
            replace(
                row, caption=" ".join(["a photo of", "bright" if row.label else "dark", "things"][: 1 + row.number % 3])
            )
            for row in getattr(data, part)
        )
        for part in ("train", "validation", "held_out")
    }
    return replace(data, **parts)


def build_small(data: Dataset, settings: Settings, encoders: Encoders | None = None, **config: object) -> Built:
    """A model whose every weight says something, trained on nothing."""
    chosen = SentimentConfig.model_validate({"width": 16, "latent": 4, **config})
    built = build_model(chosen, encoders or build_encoders(chosen, data, settings))
    torch.manual_seed(0)
    with torch.no_grad():
        heads = (built.model.text_side, built.model.image_side, built.model.fusion)
        for weights in (each for head in heads for each in head.parameters()):
            weights.normal_(0.0, 0.3)
        built.model.fusion.start_at(torch.tensor([0.2, 0.5, 0.3]).log())
        built.model.log_temperature.copy_(torch.tensor([0.3, -0.2, 0.1]))
    return built


def save_tokenizer(folder: Path) -> Path:
    """A WordPiece tokenizer of the set's words."""
    words = [*_SPECIAL, *(word for mood in WORDS.values() for word in mood), "##s", "i", "a"]
    BertTokenizer(vocab={word: number for number, word in enumerate(words)}).save_pretrained(folder)
    return folder


def save_bert(folder: Path) -> Path:
    """A tiny BERT with its tokenizer."""
    save_tokenizer(folder)
    torch.manual_seed(0)
    config = BertConfig(vocab_size=32, max_position_embeddings=64, **SMALL)
    _louder(BertModel(config)).save_pretrained(folder)
    return folder


def save_vit(folder: Path) -> Path:
    """A tiny ViT with its processor, which crops nothing but resizes in a way of its own."""
    torch.manual_seed(0)
    _louder(ViTModel(ViTConfig(image_size=32, patch_size=16, **SMALL))).save_pretrained(folder)
    ViTImageProcessorPil(size={"height": 32, "width": 32}, resample=2).save_pretrained(folder)
    return folder


def _louder(model: torch.nn.Module) -> torch.nn.Module:
    with torch.no_grad():
        for weights in model.parameters():
            if weights.dim() > 1:
                weights.normal_(0.0, 0.3)
    return model


def difference(found: tuple[Tensor, ...], wanted: tuple[Tensor, ...]) -> float:
    """The largest of any logit."""
    return max(float((a - b).abs().max()) for a, b in zip(found, wanted, strict=True))
