"""The rows of a data set for multimodal sentiment, in three parts."""

from __future__ import annotations

from dataclasses import dataclass

from emotigram.evaluation.sentiment_data import SENTIMENTS
from emotigram.evaluation.tables import PhotoSource, Table

LABELS = SENTIMENTS


@dataclass(frozen=True, slots=True)
class SentimentExample:
    """One labelled row. ``photo`` may be None; ``caption`` says automatically what is in it ('' for nobody knows)."""

    number: int  # of the row in its data set, over all its files
    text: str
    photo: PhotoSource | None
    label: int  # index into LABELS
    target: str = ""  # what of the text the sentiment is about
    caption: str = ""
    group: str = ""  # rows that show the same photo or say the same stay in the same part


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set in three parts; ``tables`` are its files, where photos are opened from."""

    key: str
    title: str
    tables: tuple[Table, ...]
    train: tuple[SentimentExample, ...]
    validation: tuple[SentimentExample, ...]
    held_out: tuple[SentimentExample, ...]

    @property
    def examples(self) -> tuple[SentimentExample, ...]:
        """The rows of all three parts."""
        return self.train + self.validation + self.held_out

    @property
    def has_photos(self) -> bool:
        """Whether any row has a photo."""
        return any(row.photo is not None for row in self.examples)

    def table_of(self, example: SentimentExample) -> tuple[Table, int]:
        """The file of a row and the row's number in it, from 1."""
        number = example.number
        for table in self.tables:
            if number < len(table.rows):
                return table, number + 1
            number -= len(table.rows)
        raise IndexError(example.number)
