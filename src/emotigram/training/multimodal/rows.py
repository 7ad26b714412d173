"""A data set's rows as numbers: what does not learn is asked once a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from emotigram.settings import Settings
from emotigram.training.multimodal.config import SentimentConfig
from emotigram.training.multimodal.data import Dataset, SentimentExample
from emotigram.training.multimodal.fusion import Encoded
from emotigram.training.multimodal.image_encoders import ImageEncoder
from emotigram.training.multimodal.task import Prepared
from emotigram.training.multimodal.text_encoders import TextEncoder, padded

_PHOTOS = 32  # looked at together
_TEXTS = 64


def prepare_rows(
    config: SentimentConfig,
    data: Dataset,
    text: TextEncoder,
    image: ImageEncoder | TextEncoder,
    settings: Settings,
    seen: dict[int, Tensor],
) -> list[Prepared]:
    """Rows to train on, to validate on and held out; ``seen`` holds what was seen of photos, as for ``look_at``."""
    rows = []
    for part in (data.train, data.validation, data.held_out):
        words = text.numbers([row.text for row in part], [row.target for row in part])
        images: Tensor | list[list[int]]
        if isinstance(image, TextEncoder):
            images = image.numbers([row.caption for row in part], [""] * len(part))
        elif config.train_image_encoder:
            images = torch.cat(list(_pixels(image, data, part, settings))).half()
        else:
            images = look_at(image, data, part, settings, seen)
        rows.append(Prepared(words, images, np.array([row.label for row in part])))
    return rows


@torch.no_grad()
def look_at(
    encoder: ImageEncoder, data: Dataset, rows: Sequence[SentimentExample], settings: Settings, seen: dict[int, Tensor]
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


def _pixels(
    encoder: ImageEncoder, data: Dataset, rows: Sequence[SentimentExample], settings: Settings
) -> Iterator[Tensor]:
    """Pixels of the rows' photos in batches, zeros where there is none."""
    for at in tqdm(range(0, len(rows), _PHOTOS), desc="photos", disable=None, leave=False):
        yield photo_pixels(encoder, data, rows[at : at + _PHOTOS], settings)


def photo_pixels(encoder: ImageEncoder, data: Dataset, rows: Sequence[SentimentExample], settings: Settings) -> Tensor:
    """Pixels of the rows' photos, (rows, *shape), zeros where there is none; raises DataPhoto."""
    pixels = torch.zeros(len(rows), *encoder.shape)
    for place, row in enumerate(rows):
        table, number = data.table_of(row)
        if row.photo is not None:
            pixels[place] = encoder.pixels([table.open(number, row.photo, settings.photo_limits).image])[0]
    return pixels


@torch.no_grad()
def read_once(text: TextEncoder, rows: Prepared) -> Prepared:
    """Rows with what a text encoder that does not learn makes of their texts."""
    if not text.is_frozen:
        return rows
    return replace(rows, pooled=torch.cat([read.pooled for read in _read(text, rows)]))


@torch.no_grad()
def with_tokens(text: TextEncoder, rows: Prepared) -> Prepared:
    """Rows with their texts' tokens, for strategies that attend to them."""
    if rows.pooled is None:
        return rows
    each = [(own, seen) for read in _read(text, rows) for own, seen in zip(read.tokens, read.mask, strict=True)]
    return replace(rows, tokens=[own[seen > 0].half() for own, seen in each])


def _read(text: TextEncoder, rows: Prepared) -> Iterator[Encoded]:
    text.eval()
    for at in tqdm(range(0, len(rows), _TEXTS), desc="texts", disable=None, leave=False):
        yield text(*padded(rows.words[at : at + _TEXTS]))
