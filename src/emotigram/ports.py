"""The three ports that engines implement. All are batch-first where photos come in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from emotigram.domain import Affect, Brief, Captions, Draft, Photo

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Captioner(Protocol):
    """Reads photos: description and social voice together, so that an engine may share one vision pass."""

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
        features: Sequence[NDArray[np.float32] | None] | None = None,
    ) -> list[Affect]:
        """Return one affect a pair; a photo may be None and a text empty, not both.

        ``features`` from the captioner of the same family replace looking at the photo again.
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
