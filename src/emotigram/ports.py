"""The three ports that engines implement. All are batch-first where photos come in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from emotigram.domain import Affect, Brief, Candidate, Captions, Check, Draft, Features, Photo


class Captioner(Protocol):
    """Reads photos: description and social voice together, so that an engine may share one vision pass.

    An engine that hands the photos to another computer names it in an attribute ``sends_photos_to``.
    """

    name: str

    def read(self, photos: Sequence[Photo]) -> list[Captions]:
        """Return captions for each photo, in order."""
        ...


class SentimentModel(Protocol):
    """Judges the sentiment of photos, texts or both.

    A model that reads texts names their languages (keys) in an attribute ``languages``.
    """

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
    """Writes a post to a brief.

    Attributes that a writer may have: ``languages``, the keys of those it writes (any where it has none), and
    ``rules``, what it was told, which no post may quote.
    """

    name: str

    def write(self, brief: Brief) -> Iterator[Draft]:
        """Yield drafts as they grow, one candidate after another; the last draft of each candidate is whole.

        Raises ChatError where a remote model does not deliver.
        """
        ...

    def repair(self, brief: Brief, candidate: Candidate, faults: Sequence[Check]) -> Iterator[Draft]:
        """Like ``write``, for another try where the best candidate so far failed checks."""
        ...
