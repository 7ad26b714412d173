"""The three ports that engines implement. All are batch-first where photos come in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from emotigram.domain import Affect, Brief, Captions, Draft, Features, Photo


class Captioner(Protocol):
    """Reads photos: description and social voice together, so that an engine may share one vision pass.

    An engine that hands the photos to another computer names it in an attribute ``sends_photos_to``.
    """

    name: str

    def read(self, photos: Sequence[Photo]) -> list[Captions]:
        """Return captions for each photo, in order."""
        ...


class SentimentModel(Protocol):
    """Judges the sentiment of photos, texts or both."""

    name: str

    def judge(
        self,
        photos: Sequence[Photo | None],
        texts: Sequence[str],
        features: Sequence[Features | None] | None = None,
    ) -> list[Affect]:
        """Return one affect a pair; a photo may be None and a text empty, not both.

        ``features`` of a space that the model was trained on replace looking at the photo; it ignores others.
        """
        ...


class Writer(Protocol):
    """Writes a post to a brief."""

    name: str

    def write(self, brief: Brief) -> Iterator[Draft]:
        """Yield the draft as it grows; each draft replaces the one before, the last one is whole.

        Raises ChatError where a remote model does not deliver.
        """
        ...
