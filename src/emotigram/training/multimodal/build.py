"""From a config and a data set to a model and its rows: encoders by name, what does not learn asked once a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from emotigram.errors import SettingsError
from emotigram.settings import Settings
from emotigram.training.multimodal.config import SentimentConfig
from emotigram.training.multimodal.data import DATASETS, Dataset, Example
from emotigram.training.multimodal.image_encoders import EmbeddedImage, HuggingFaceImage, ImageEncoder, QFormerImage
from emotigram.training.multimodal.model import MultiModalSentimentModel
from emotigram.training.multimodal.task import Prepared
from emotigram.training.multimodal.text_encoders import (
    HuggingFaceText,
    JointText,
    NgramEncoder,
    TextEncoder,
    bag_of_words,
    embedded_text,
    padded,
)
from emotigram.weights.store import find_weights

_BAGS = ("embedded", "bag_of_words")
_PHOTOS = 32  # looked at together
_TEXTS = 64
_LEVELLED = 2048  # rows from which mean and spread are learned


@dataclass(frozen=True, slots=True)
class Built:
    """A model with the rows of its data set."""

    model: MultiModalSentimentModel
    train: Prepared
    validation: Prepared
    held_out: Prepared


def build_model(config: SentimentConfig, data: Dataset, settings: Settings) -> Built:
    """Build encoders and model, and turn every row into numbers.

    Raises DataPhoto for a photo that cannot be used, SettingsError, and what the encoders' weights raise.
    """
    torch.manual_seed(config.seed)
    text = new_text_encoder(config, data, settings)
    image = new_image_encoder(config, data, settings)
    rows = _prepare(config, data, text, image, settings)
    rows = (_learn_ngrams(config, text, image, rows[0]), *rows[1:])
    model = MultiModalSentimentModel(
        text,
        image,
        config.fusion,
        width=config.width,
        dropout=config.dropout,
        text_dropout=config.text_dropout,
        image_dropout=config.image_dropout,
    )
    _level(model, rows[0])
    return Built(model, *(_read_once(model, part) for part in rows))


def new_text_encoder(config: SentimentConfig, data: Dataset, settings: Settings) -> TextEncoder:
    """The encoder that ``text_encoder`` names."""
    bag_name, _, sentence_name = config.text_encoder.partition("+")
    if bag_name not in _BAGS:
        bag_name, sentence_name = "", config.text_encoder
    if bag_name:
        known_by_heart = DATASETS[data.key].sentiment_sources if data.key in DATASETS else ()
        bag = (
            embedded_text(known_by_heart, settings)
            if bag_name == "embedded"
            else bag_of_words([row.text for row in data.train])
        )
        return JointText(_sentence_encoder(config, sentence_name, settings), bag) if sentence_name else bag
    return _sentence_encoder(config, sentence_name, settings)


def _sentence_encoder(config: SentimentConfig, name: str, settings: Settings) -> HuggingFaceText:
    encoder = HuggingFaceText(*_weights(name, settings), settings, config.longest)
    encoder.requires_grad_(config.train_text_encoder)
    if config.gradient_checkpointing:
        encoder.encoder.gradient_checkpointing_enable()
    return encoder


def new_image_encoder(config: SentimentConfig, data: Dataset, settings: Settings) -> ImageEncoder | TextEncoder:
    """The encoder that ``image_encoder`` names; auto reads captions where there are no photos."""
    has_photos = any(row.photo is not None for row in data.examples)
    name = config.image_encoder
    if name == "auto":
        name = "embedded" if has_photos else "caption"
    if name == "caption":
        if not any(row.caption for row in data.train):
            raise SettingsError(detail=f"image_encoder: {data.title} has neither photos nor captions of them")
        return bag_of_words([row.caption for row in data.train])
    if not has_photos:
        raise SettingsError(detail=f"image_encoder: {data.title} has no photos; use caption")
    encoder: ImageEncoder
    if name == "embedded":
        encoder = EmbeddedImage(settings)
    elif name.startswith("qformer:"):
        return QFormerImage(*_weights(name.removeprefix("qformer:"), settings), settings)
    else:
        encoder = HuggingFaceImage(*_weights(name, settings), settings)
    if not config.train_image_encoder:
        encoder.requires_grad_(False)
    return encoder


def _learn_ngrams(
    config: SentimentConfig, text: TextEncoder, image: ImageEncoder | TextEncoder, train: Prepared
) -> Prepared:
    """Fit what bags of n-grams learn before the loop; returns the rows to train with."""
    words, images = train.words, train.images
    if isinstance(text, NgramEncoder | JointText):
        words = text.learn_from(words, train.labels, config.latent, config.seed)
    if isinstance(image, NgramEncoder) and isinstance(images, list):
        images = image.learn_from(images, train.labels, config.latent, config.seed)
    return Prepared(words, images, train.labels)


def _weights(name: str, settings: Settings) -> tuple[Path, str]:
    return find_weights(name, settings), name


def _prepare(
    config: SentimentConfig,
    data: Dataset,
    text: TextEncoder,
    image: ImageEncoder | TextEncoder,
    settings: Settings,
) -> tuple[Prepared, Prepared, Prepared]:
    rows = []
    for part, title in ((data.train, "train"), (data.validation, "validation"), (data.held_out, "held out")):
        words = text.numbers([row.text for row in part], [row.target for row in part])
        images: Tensor | list[list[int]]
        if isinstance(image, TextEncoder):
            images = image.numbers([row.caption for row in part], [""] * len(part))
        else:
            images = look_at(image, data, part, settings, title, keep_pixels=config.train_image_encoder)
        rows.append(Prepared(words, images, np.array([row.label for row in part])))
    return rows[0], rows[1], rows[2]


@torch.no_grad()
def look_at(
    encoder: ImageEncoder, data: Dataset, rows: Sequence[Example], settings: Settings, title: str, *, keep_pixels: bool
) -> Tensor:
    """What an encoder sees of each photo, (rows, tokens, width), in half precision; zeros where there is none.

    With ``keep_pixels`` the photos' pixels instead, for an encoder that goes on learning. Raises DataPhoto.
    """
    encoder.eval()
    found = []
    for at in tqdm(range(0, len(rows), _PHOTOS), desc=title, disable=None, leave=False):
        batch = rows[at : at + _PHOTOS]
        photos = [
            table.open(number, row.photo, settings.max_megapixels).image if row.photo is not None else None
            for row, (table, number) in ((row, data.table_of(row)) for row in batch)
        ]
        pixels = torch.zeros(len(batch), *encoder.shape)
        is_there = [place for place, photo in enumerate(photos) if photo is not None]
        if is_there:
            pixels[is_there] = encoder.pixels([photo for photo in photos if photo is not None])
        found.append((pixels if keep_pixels else encoder.look(pixels)).half())
    return torch.cat(found)


@torch.no_grad()
def _read_once(model: MultiModalSentimentModel, rows: Prepared) -> Prepared:
    """Rows with what a text encoder that does not learn makes of their texts."""
    if not model.text_encoder.is_frozen:
        return rows
    model.eval()
    pooled, tokens = [], []
    for at in tqdm(range(0, len(rows), _TEXTS), desc="texts", disable=None, leave=False):
        ids, mask = padded(rows.words[at : at + _TEXTS])
        read = model.text_encoder(ids, mask)
        pooled.append(read.pooled)
        if model.fusion.needs_tokens:
            tokens += [own[seen > 0].half() for own, seen in zip(read.tokens, read.mask, strict=True)]
    return replace(rows, pooled=torch.cat(pooled), tokens=tokens or None)


@torch.no_grad()
def _level(model: MultiModalSentimentModel, train: Prepared) -> None:
    """Learn mean and spread of what both encoders give before training."""
    model.eval()
    picked = np.random.default_rng(0).permutation(len(train))[:_LEVELLED].tolist()
    batches = [train.batch(picked[at : at + _PHOTOS]) for at in range(0, len(picked), _PHOTOS)]
    said = [model.text_encoder(batch["input_ids"], batch["attention_mask"]) for batch in batches]
    seen = [model.see(batch["image"]) for batch in batches]
    for side, encoded in ((model.text_side, said), (model.image_side, seen)):
        is_there = torch.cat([each.mask.amax(1) > 0 for each in encoded])
        if is_there.sum() > 1:
            side.level(torch.cat([each.pooled for each in encoded])[is_there])
