"""The three ports that engines implement, batch-first where photos come in, and one for what reads words in photos.

What a port gives a value is optional: engines that subclass the port have it, others get it when they are opened.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

from emotigram.domain import Affect, Brief, Candidate, Captions, Check, Draft, Features, Photo, SeenText


class Captioner(Protocol):
    """Reads photos: description and social voice together, so that an engine may share one vision pass."""

    name: str
    sends_photos_to: str = ""
    """The other computer that is handed the photos, '' for none."""

    def read(self, photos: Sequence[Photo]) -> list[Captions]:
        """Return captions for each photo, in order."""
        ...


class TextReader(Protocol):
    """Reads the words that stand in a photo."""

    def read(self, photo: Photo, features: Features | None = None) -> SeenText:
        """The words of one photo; no lines where it holds none that are sure.

        ``features`` of a space that it knows may tell that there is nothing to look for; it ignores others.
        """
        ...


class SentimentModel(Protocol):
    """Judges the sentiment of photos, texts or both."""

    name: str
    languages: Collection[str] = ()
    """Keys of the languages whose texts it reads well enough to check a post's emotion by them."""

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
    languages: Collection[str] | None = None
    """Keys of the languages that it writes, None for any."""
    rules: str = ""
    """What it was told, which no post may quote."""

    def write(self, brief: Brief) -> Iterator[Draft]:
        """Yield drafts as they grow, one candidate after another; the last draft of each candidate is whole.

        Raises ChatError where a remote model does not deliver.
        """
        ...

    def repair(self, brief: Brief, candidate: Candidate, faults: Sequence[Check]) -> Iterator[Draft]:
        """Like ``write``, for another try where the best candidate so far failed checks."""
        ...
