"""Reading and writing for the API's callers, step by step; what is made is kept for them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from emotigram import catalogue
from emotigram.apps.desk.caller import Caller
from emotigram.apps.desk.kept import Kept, KeptPost, KeptReading, Shelf
from emotigram.apps.desk.steps import Steps
from emotigram.apps.payload import captions_payload, photo_payload, post_payload, reading_payload
from emotigram.async_studio import AsyncStudio
from emotigram.domain import Captions, Photo
from emotigram.errors import PostUnknown, QueueFull, ReadingUnknown
from emotigram.schemas import PostWishes


@dataclass(frozen=True, slots=True)
class Desk:
    """Reads and writes with one studio; a caller sees what they made themselves."""

    studio: AsyncStudio
    readings: Shelf[KeptReading]
    posts: Shelf[KeptPost]

    async def read(self, photo: bytes | Path, name: str, text: str, caller: Caller) -> Steps:
        """Steps ``photo``, ``captions`` and ``reading``, the latter as ``schemas.ReadingAnswer``.

        ``photo`` is a file or its bytes, ``name`` what it is called.
        """
        facts: dict[str, object] = {}
        async with aclosing(self.studio.read(photo, name, text)) as steps:
            async for step in steps:
                if isinstance(step, Photo):
                    facts = photo_payload(step)
                    yield "photo", facts
                elif isinstance(step, Captions):
                    yield "captions", captions_payload(step, caller.language)
                else:
                    kept = self.readings.put(KeptReading(step, facts), caller.owner)
                    yield "reading", reading_answer(kept, caller.language)

    async def write(self, kept: Kept[KeptReading], wishes: PostWishes, caller: Caller) -> Steps:
        """Steps ``draft``, as ``schemas.DraftInfo``, and ``post``, as ``schemas.PostAnswer``."""
        reading = kept.thing
        async with aclosing(self.studio.write(reading.reading, **wishes.asked)) as posts:
            async for post in posts:
                if post.checks:  # only the finished one has them
                    finished = self.posts.put(KeptPost(post, kept.id, reading.photo), caller.owner)
                    yield "post", post_answer(finished, caller.language)
                else:
                    yield "draft", {"title": post.title, "text": post.text, "hashtags": list(post.hashtags)}

    async def read_and_write(self, photo: bytes, name: str, text: str, wishes: PostWishes, caller: Caller) -> Steps:
        """The steps of reading, then those of writing; raises QueueFull before either where no post can be written."""
        if self.studio.writing.is_full:
            raise QueueFull(limit=self.studio.writing.limit)
        reading_id = ""
        async with aclosing(self.read(photo, name, text, caller)) as reading:
            async for event, data in reading:
                reading_id = str(data.get("id", ""))
                yield event, data
        async with aclosing(self.write(self.reading(reading_id, caller), wishes, caller)) as writing:
            async for step in writing:
                yield step

    @staticmethod
    def check(wishes: PostWishes) -> None:
        """Raise UnknownName before any work is done."""
        catalogue.check_wishes(wishes.asked)

    def reading_again(self, key: str, caller: Caller) -> Kept[KeptReading] | None:
        """A reading that an idempotency key led to; None where it is no longer kept."""
        return self.readings.get(key, caller.owner) if key else None

    def post_again(self, key: str, caller: Caller) -> Kept[KeptPost] | None:
        """A post that an idempotency key led to; None where it is no longer kept."""
        return self.posts.get(key, caller.owner) if key else None

    def reading(self, key: str, caller: Caller) -> Kept[KeptReading]:
        """A reading of the caller's; raises ReadingUnknown."""
        kept = self.readings.get(key, caller.owner)
        if kept is None:
            raise ReadingUnknown(id=key, minutes=self.readings.minutes)
        return kept

    def post(self, key: str, caller: Caller) -> Kept[KeptPost]:
        """A post of the caller's; raises PostUnknown."""
        kept = self.posts.get(key, caller.owner)
        if kept is None:
            raise PostUnknown(id=key, minutes=self.posts.minutes)
        return kept


def reading_answer(kept: Kept[KeptReading], language: str) -> dict[str, object]:
    """A kept reading as ``schemas.ReadingAnswer``; ``language`` is that of the tags' names and of the notes."""
    return {**_times(kept), "photo": kept.thing.photo, "reading": reading_payload(kept.thing.reading, language)}


def post_answer(kept: Kept[KeptPost], language: str) -> dict[str, object]:
    """A kept post as ``schemas.PostAnswer``; ``language`` is that of the notes."""
    return {
        **_times(kept),
        "reading_id": kept.thing.reading_id,
        "photo": kept.thing.photo,
        "post": post_payload(kept.thing.post, language),
    }


def _times(kept: Kept[KeptReading] | Kept[KeptPost]) -> Mapping[str, object]:
    return {
        "id": kept.id,
        "created_at": _utc(kept.created_at),
        "expires_at": _utc(kept.expires_at),
    }


def _utc(time: datetime) -> str:
    return time.isoformat(timespec="seconds").replace("+00:00", "Z")
