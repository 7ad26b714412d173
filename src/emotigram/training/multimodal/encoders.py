"""Encoders of both sides by the names that a config gives them."""

from __future__ import annotations

from pathlib import Path

from emotigram.errors import SettingsError
from emotigram.settings import Settings
from emotigram.training.gradient_checkpointing import checkpoint_activations
from emotigram.training.multimodal.config import SentimentConfig
from emotigram.training.multimodal.data import Dataset
from emotigram.training.multimodal.image_encoders import EmbeddedImage, HuggingFaceImage, ImageEncoder, QFormerImage
from emotigram.training.multimodal.ngram_encoder import bag_of_words, embedded_text
from emotigram.training.multimodal.sentence_encoders import HuggingFaceText, JointText
from emotigram.training.multimodal.sources import DATASETS
from emotigram.training.multimodal.text_encoders import TextEncoder
from emotigram.weights.store import find_weights

_BAGS = ("embedded", "bag_of_words")


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
        encoder = EmbeddedImage()
    elif name.startswith("qformer:"):
        return QFormerImage(*_weights(name.removeprefix("qformer:"), settings), settings)
    else:
        encoder = HuggingFaceImage(*_weights(name, settings), settings)
    if not config.train_image_encoder:
        encoder.requires_grad_(False)
    return encoder


def _weights(name: str, settings: Settings) -> tuple[Path, str]:
    return find_weights(name, settings), name
