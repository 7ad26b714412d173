"""Photos with the captions that an adapter learns from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL.Image import Image

from emotigram.domain import PhotoLimits
from emotigram.errors import DataPhoto, PhotoMissing, TooFewRows
from emotigram.evaluation.batches import watched
from emotigram.evaluation.caption_data import listed
from emotigram.evaluation.tables import IMAGE_COLUMNS, PhotoSource, Table, read_table
from emotigram.training.captioner_lora.config import CaptionerLoraConfig
from emotigram.training.captioner_lora.tweets import clean_tweet

TEXT_COLUMNS = ("caption", "captions", "captions_en", "text", "txt")


@dataclass(frozen=True, slots=True)
class CaptionExample:
    """One caption of a photo and the number of its row."""

    number: int
    photo: PhotoSource
    caption: str


@dataclass(frozen=True, slots=True)
class CaptionData:
    """A table's captions; no photo is in both parts, but for a share of 0, where both are all.

    ``cleaned`` captions were changed, ``left_out`` ones had nothing left.
    """

    table: Table
    train: list[CaptionExample]
    validation: list[CaptionExample]
    photos: int
    cleaned: int
    left_out: int

    def open(self, examples: Sequence[CaptionExample], limits: PhotoLimits) -> list[Image]:
        """The examples' photos, upright RGB; raises DataPhoto."""
        return [self.table.open(each.number, each.photo, limits).image for each in examples]


def read_examples(data: Path, config: CaptionerLoraConfig) -> CaptionData:
    """Read a table with an image and a text column (one caption, a list, or a JSON list); raises DataError, TooFewRows.

    Several captions of a photo are several examples.
    """
    table = read_table(data)
    read = list(_read(table))
    captions = [clean_tweet(each.caption) if config.clean else " ".join(each.caption.split()) for each in read]
    kept = [
        CaptionExample(each.number, each.photo, caption)
        for each, caption in zip(read, captions, strict=True)
        if caption
    ]
    train, validation, photos = _split(table, kept, config)
    cleaned = sum(bool(caption) and caption != each.caption for each, caption in zip(read, captions, strict=True))
    return CaptionData(table, train, validation, photos, cleaned, len(read) - len(kept))


def check_photos(data: CaptionData, limits: PhotoLimits, title: str) -> None:
    """Open every photo once, so that a damaged one is known before hours of training; raises DataPhoto."""
    first = {each.number: each for each in [*data.train, *data.validation]}
    for each in watched(list(first.values()), title):
        data.table.open(each.number, each.photo, limits)


def _read(table: Table) -> Iterator[CaptionExample]:
    image, text = table.need(*IMAGE_COLUMNS), table.need(*TEXT_COLUMNS)
    for number, row in enumerate(table.rows, start=1):
        source = table.photo(number, row[image])
        if source is None:
            raise DataPhoto(path=table.path, row=number, cause=PhotoMissing(source="''"))
        for caption in listed(row[text]) or [""]:
            yield CaptionExample(number, source, caption)


def _split(
    table: Table, examples: list[CaptionExample], config: CaptionerLoraConfig
) -> tuple[list[CaptionExample], list[CaptionExample], int]:
    """Training and validation by photo, from the seed alone, and the number of photos."""
    keys = [_key(each.photo) for each in examples]
    photos = list(dict.fromkeys(keys))
    wanted = 2 if config.validation_share else 1
    if len(photos) < wanted:
        raise TooFewRows(path=table.path, rows=len(photos), wanted=wanted)
    if not config.validation_share:
        return examples, examples, len(photos)
    count = min(max(1, round(config.validation_share * len(photos))), len(photos) - 1)
    order = np.random.default_rng(config.seed).permutation(len(photos))
    held_out = {photos[place] for place in order[:count]}
    train = [each for each, key in zip(examples, keys, strict=True) if key not in held_out]
    validation = [each for each, key in zip(examples, keys, strict=True) if key in held_out]
    return train, validation, len(photos)


def _key(photo: PhotoSource) -> object:
    return hashlib.sha256(photo).digest() if isinstance(photo, bytes) else photo
