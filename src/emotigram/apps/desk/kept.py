"""What the server remembers for a while, in memory alone: readings without their photos, and posts."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from cachetools import TTLCache

from emotigram.domain import PhotoFacts, Post
from emotigram.settings import Settings

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class KeptPost:
    """A post, the id of the reading it came from and the facts of that one's photos."""

    post: Post
    reading_id: str
    photos: tuple[PhotoFacts, ...]


@dataclass(frozen=True, slots=True)
class Kept(Generic[Thing]):
    """Something remembered, under an id that cannot be guessed."""

    id: str
    thing: Thing
    owner: str
    created_at: datetime
    expires_at: datetime


class Cache(Generic[Thing]):
    """Things of one kind, for a while; each can be asked for by whoever made it."""

    def __init__(self, prefix: str, settings: Settings) -> None:
        self.minutes = settings.keep_minutes
        self._prefix = prefix
        self._things: TTLCache[str, Kept[Thing]] = TTLCache(settings.keep_most, self.minutes * 60)

    def put(self, thing: Thing, owner: str) -> Kept[Thing]:
        """Keep a thing; the oldest makes room."""
        now = datetime.now(UTC).replace(microsecond=0)
        name = f"{self._prefix}_{secrets.token_urlsafe(16)}"
        kept = Kept(name, thing, owner, now, now + timedelta(minutes=self.minutes))
        self._things[name] = kept
        return kept

    def get(self, key: str, owner: str) -> Kept[Thing] | None:
        """The thing, None where it is not there, was forgotten or belongs to somebody else."""
        kept = self._things.get(key)
        return kept if kept is not None and kept.owner == owner else None
