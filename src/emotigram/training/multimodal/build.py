"""From a config and a data set to a model and its rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from emotigram.settings import Settings
from emotigram.training.multimodal.config import SentimentConfig
from emotigram.training.multimodal.data import Dataset
from emotigram.training.multimodal.encoders import new_image_encoder, new_text_encoder
from emotigram.training.multimodal.image_encoders import ImageEncoder
from emotigram.training.multimodal.model import MultiModalSentimentModel
from emotigram.training.multimodal.ngram_encoder import NgramEncoder
from emotigram.training.multimodal.rows import prepare_rows, read_once, with_tokens
from emotigram.training.multimodal.sentence_encoders import JointText
from emotigram.training.multimodal.task import Prepared
from emotigram.training.multimodal.text_encoders import TextEncoder

_BATCH = 32
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
    train, validation, held_out = prepare_rows(config, data, text, image, settings, {} if seen is None else seen)
    train = _learn_ngrams(config, text, image, train)
    return Encoders(text, image, *(read_once(text, rows) for rows in (train, validation, held_out)))


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
        rows = [with_tokens(model.text_encoder, each) for each in rows]
    _level(model, rows[0])
    return Built(model, *rows)


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


@torch.no_grad()
def _level(model: MultiModalSentimentModel, train: Prepared) -> None:
    """Learn mean and spread of what both encoders give before training."""
    model.eval()
    picked = np.random.default_rng(0).permutation(len(train))[:_LEVELLED].tolist()
    batches = [train.batch(picked[at : at + _BATCH]) for at in range(0, len(picked), _BATCH)]
    said = [model.read(batch["input_ids"], batch["attention_mask"], batch.get("pooled")) for batch in batches]
    seen = [model.see(batch["image"]) for batch in batches]
    for side, encoded in ((model.text_side, said), (model.image_side, seen)):
        is_there = torch.cat([each.mask.amax(1) > 0 for each in encoded])
        if is_there.sum() > 1:
            side.level(torch.cat([each.pooled for each in encoded])[is_there])
