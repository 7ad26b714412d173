"""From a config and a data set to a model and its rows: encoders by name, what does not learn asked once a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from emotigram.errors import SettingsError
from emotigram.settings import Settings
from emotigram.training.checkpointing import checkpoint_activations
from emotigram.training.fusion import Encoded
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
class Encoders:
    """Encoders of both sides, with the rows they learn from, are chosen by and are measured on."""

    text: TextEncoder
    image: ImageEncoder | TextEncoder
    train: Prepared
    validation: Prepared
    held_out: Prepared

    @property
    def are_frozen(self) -> bool:
        """Whether nothing in them learns, so that several models may share them."""
        return not any(weights.requires_grad for each in (self.text, self.image) for weights in each.parameters())


@dataclass(frozen=True, slots=True)
class Built:
    """A model with the rows of its data set."""

    model: MultiModalSentimentModel
    train: Prepared
    validation: Prepared
    held_out: Prepared


def build_encoders(
    config: SentimentConfig, data: Dataset, settings: Settings, seen: dict[int, Tensor] | None = None
) -> Encoders:
    """Build both encoders and turn every row into numbers; ``seen`` keeps what was seen of photos for another call.

    Raises DataPhoto for a photo that cannot be used, SettingsError, and what the encoders' weights raise.
    """
    text = new_text_encoder(config, data, settings)
    image = new_image_encoder(config, data, settings)
    train, validation, held_out = _prepare(config, data, text, image, settings, seen)
    train = _learn_ngrams(config, text, image, train)
    return Encoders(text, image, *(_read_once(text, rows) for rows in (train, validation, held_out)))


def build_model(config: SentimentConfig, encoders: Encoders) -> Built:
    """A model around encoders, before it has learned."""
    torch.manual_seed(config.seed)
    model = MultiModalSentimentModel(
        encoders.text,
        encoders.image,
        config.fusion,
        width=config.width,
        dropout=config.dropout,
        text_dropout=config.text_dropout,
        image_dropout=config.image_dropout,
    )
    rows = [encoders.train, encoders.validation, encoders.held_out]
    if model.fusion.needs_tokens:
        rows = [_with_tokens(model.text_encoder, each) for each in rows]
    _level(model, rows[0])
    return Built(model, *rows)


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
        encoder.encoder.config.use_cache = False  # of decoding, which transformers would warn of
        checkpoint_activations(encoder.encoder, name)
    return encoder


def image_encoder_of(config: SentimentConfig, data: Dataset) -> str:
    """The name in ``image_encoder``, with ``auto`` made one: captions are read where there are no photos."""
    if config.image_encoder != "auto":
        return config.image_encoder
    return "embedded" if data.has_photos else "caption"


def new_image_encoder(config: SentimentConfig, data: Dataset, settings: Settings) -> ImageEncoder | TextEncoder:
    """The encoder that ``image_encoder`` names."""
    name = image_encoder_of(config, data)
    if name == "caption":
        if not any(row.caption for row in data.train):
            raise SettingsError(detail=f"image_encoder: {data.title} has neither photos nor captions of them")
        return bag_of_words([row.caption for row in data.train])
    if not data.has_photos:
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
    seen: dict[int, Tensor] | None,
) -> list[Prepared]:
    rows = []
    for part in (data.train, data.validation, data.held_out):
        words = text.numbers([row.text for row in part], [row.target for row in part])
        images: Tensor | list[list[int]]
        if isinstance(image, TextEncoder):
            images = image.numbers([row.caption for row in part], [""] * len(part))
        elif config.train_image_encoder:
            images = torch.cat(list(_pixels(image, data, part, settings))).half()
        else:
            images = look_at(image, data, part, settings, seen if seen is not None else {})
        rows.append(Prepared(words, images, np.array([row.label for row in part])))
    return rows


@torch.no_grad()
def look_at(
    encoder: ImageEncoder, data: Dataset, rows: Sequence[Example], settings: Settings, seen: dict[int, Tensor]
) -> Tensor:
    """What an encoder sees of each photo, (rows, tokens, width), in half precision; zeros where there is none.

    ``seen`` holds what is known already, by the row's number, and is added to. Raises DataPhoto.
    """
    encoder.eval()
    new = [row for row in rows if row.photo is not None and row.number not in seen]
    looked = (encoder.look(pixels).half() for pixels in _pixels(encoder, data, new, settings))
    seen |= zip([row.number for row in new], (tokens for batch in looked for tokens in batch), strict=True)
    nothing = encoder.look(torch.zeros(1, *encoder.shape)).half()[0]
    return torch.stack([seen.get(row.number, nothing) for row in rows])


def _pixels(encoder: ImageEncoder, data: Dataset, rows: Sequence[Example], settings: Settings) -> Iterator[Tensor]:
    """Pixels of the rows' photos in batches, zeros where there is none."""
    for at in tqdm(range(0, len(rows), _PHOTOS), desc="photos", disable=None, leave=False):
        yield photo_pixels(encoder, data, rows[at : at + _PHOTOS], settings)


def photo_pixels(encoder: ImageEncoder, data: Dataset, rows: Sequence[Example], settings: Settings) -> Tensor:
    """Pixels of the rows' photos, (rows, *shape), zeros where there is none; raises DataPhoto."""
    pixels = torch.zeros(len(rows), *encoder.shape)
    for place, row in enumerate(rows):
        table, number = data.table_of(row)
        if row.photo is not None:
            pixels[place] = encoder.pixels([table.open(number, row.photo, settings.photo_limits).image])[0]
    return pixels


@torch.no_grad()
def _read_once(text: TextEncoder, rows: Prepared) -> Prepared:
    """Rows with what a text encoder that does not learn makes of their texts."""
    if not text.is_frozen:
        return rows
    return replace(rows, pooled=torch.cat([read.pooled for read in _read(text, rows)]))


@torch.no_grad()
def _with_tokens(text: TextEncoder, rows: Prepared) -> Prepared:
    """Rows with their texts' tokens, for strategies that attend to them."""
    if rows.pooled is None:
        return rows
    each = [(own, seen) for read in _read(text, rows) for own, seen in zip(read.tokens, read.mask, strict=True)]
    return replace(rows, tokens=[own[seen > 0].half() for own, seen in each])


def _read(text: TextEncoder, rows: Prepared) -> Iterator[Encoded]:
    text.eval()
    for at in tqdm(range(0, len(rows), _TEXTS), desc="texts", disable=None, leave=False):
        yield text(*padded(rows.words[at : at + _TEXTS]))


@torch.no_grad()
def _level(model: MultiModalSentimentModel, train: Prepared) -> None:
    """Learn mean and spread of what both encoders give before training."""
    model.eval()
    picked = np.random.default_rng(0).permutation(len(train))[:_LEVELLED].tolist()
    batches = [train.batch(picked[at : at + _PHOTOS]) for at in range(0, len(picked), _PHOTOS)]
    said = [model.read(batch["input_ids"], batch["attention_mask"], batch.get("pooled")) for batch in batches]
    seen = [model.see(batch["image"]) for batch in batches]
    for side, encoded in ((model.text_side, said), (model.image_side, seen)):
        is_there = torch.cat([each.mask.amax(1) > 0 for each in encoded])
        if is_there.sum() > 1:
            side.level(torch.cat([each.pooled for each in encoded])[is_there])
