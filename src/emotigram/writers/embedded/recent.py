"""Which thoughts other photos had lately, so that none stands under two of them."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from platformdirs import user_data_path

from emotigram.domain import Brief
from emotigram.files import read_json_file, write_json_file

_MOST = 2_000  # thoughts: more than an album needs, less than the bank holds
_LARGEST = 1 << 20  # bytes: the file holds 2,000 pairs of short hashes


def own_file() -> Path:
    """Where one user's memory outlives the process."""
    return user_data_path("emotigram", appauthor=False) / "recent-thoughts.json"


class RecentThoughts:
    """The last 2,000 thoughts and the photo that each was for, by hashes alone; kept in ``path``, where there is one.

    A file that cannot be read or written is no reason to write no post: the memory then ends with the process.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._photos = _read(path) if path else {}
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
            new = {hash_of(text): photo for text in texts}
            if all(self._photos.get(thought) == photo for thought in new):
                return
            rest = {thought: owner for thought, owner in self._photos.items() if thought not in new}
            self._photos = dict([*rest.items(), *new.items()][-_MOST:])
            if self._path:
                with suppress(OSError):
                    write_json_file(self._path, self._photos)


def hash_of(text: str) -> str:
    """A thought's short hash; what it says cannot be read from it."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def photo_of(brief: Brief) -> str:
    """What tells a brief's photo from others: its bytes, or else what was read and said of it."""
    reading = brief.reading
    files = [photo.sha256 for photo in reading.photos]
    return hash_of(f"{files or [sorted(tag.key for tag in reading.tags), *reading.description.values()]}")


def _read(path: Path) -> dict[str, str]:
    with suppress(OSError, ValueError):
        found = read_json_file(path, _LARGEST)
        if isinstance(found, dict):
            return {str(thought): str(photo) for thought, photo in found.items()}
    return {}
