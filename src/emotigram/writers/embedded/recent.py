"""Which thoughts other photos had lately, so that none stands under two of them."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable

from emotigram.domain import Brief

_MOST = 2_000  # thoughts: more than an album needs, less than the bank holds


class RecentThoughts:
    """The last 2,000 thoughts and the photo that each was for, by hashes alone."""

    def __init__(self) -> None:
        self._photos: dict[str, str] = {}
        self._lock = threading.Lock()

    def taken(self, brief: Brief) -> frozenset[str]:
        """Hashes of the thoughts that other photos had."""
        photo = photo_of(brief)
        with self._lock:
            return frozenset(thought for thought, owner in self._photos.items() if owner != photo)

    def keep(self, brief: Brief, texts: Iterable[str]) -> None:
        """Remember that the brief's photo had these thoughts; the oldest are forgotten."""
        photo = photo_of(brief)
        with self._lock:
            for text in texts:
                self._photos.pop(hash_of(text), None)
                self._photos[hash_of(text)] = photo
            for oldest in list(self._photos)[: max(len(self._photos) - _MOST, 0)]:
                del self._photos[oldest]


def hash_of(text: str) -> str:
    """A thought's short hash; what it says cannot be read from it."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def photo_of(brief: Brief) -> str:
    """What tells a brief's photo from others: its bytes, or else what was read and said of it."""
    reading = brief.reading
    files = [photo.sha256 for photo in reading.photos]
    return hash_of(f"{files or [sorted(tag.key for tag in reading.tags), *reading.description.values()]}")
