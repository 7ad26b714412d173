"""Reading and writing for the API's callers, step by step; what is made is kept for them."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from emotigram import catalogue
from emotigram.apps.desk.caller import Caller
from emotigram.apps.desk.kept import Cache, Kept, KeptPost
from emotigram.apps.desk.steps import Steps
from emotigram.async_studio import AsyncStudio
from emotigram.domain import Captions, Photo, Reading
from emotigram.errors import PostUnknown, QueueFull, ReadingUnknown
from emotigram.schemas.answers import (
    CaptionsInfo,
    DraftInfo,
    KeptAnswer,
    PhotoInfo,
    PhotosInfo,
    PostAnswer,
    PostInfo,
    ReadingAnswer,
    ReadingInfo,
)
from emotigram.schemas.requests import PostWishes


@dataclass(frozen=True, slots=True)
class Desk:
    """Reads and writes with one studio; a caller sees what they made themselves."""

    studio: AsyncStudio
    readings: Cache[Reading]
    posts: Cache[KeptPost]

    async def read(self, photo: bytes | Path, name: str, text: str, caller: Caller) -> Steps:
        """Steps ``photos`` (``schemas.answers.PhotosInfo``), ``captions`` (CaptionsInfo), ``reading`` (ReadingAnswer).

        ``photo`` is a file or its bytes, ``name`` what it is called.
        """
        async with aclosing(self.studio.read(photo, name, text)) as steps:
            async for step in steps:
                if isinstance(step, Photo):
                    yield "photos", PhotosInfo(photos=[PhotoInfo.of(self.studio.studio.facts(step))])
                elif isinstance(step, Captions):
                    yield "captions", CaptionsInfo.of(step, caller.language)
                else:
                    yield "reading", reading_answer(self.readings.put(step, caller.owner), caller.language)

    async def write(self, kept: Kept[Reading], wishes: PostWishes, caller: Caller) -> Steps:
        """Steps ``draft`` (``schemas.answers.DraftInfo``) and ``post`` (PostAnswer)."""
        reading = kept.thing
        async with aclosing(self.studio.write(reading, **wishes.asked)) as posts:
            async for post in posts:
                if post.checks:  # only the finished one has them
                    finished = self.posts.put(KeptPost(post, kept.id, reading.photos), caller.owner)
                    yield "post", post_answer(finished, caller.language)
                else:
                    yield "draft", DraftInfo.of(post)

    async def read_and_write(self, photo: bytes, name: str, text: str, wishes: PostWishes, caller: Caller) -> Steps:
        """The steps of reading, then those of writing; raises QueueFull before either where no post can be written."""
        if self.studio.writing.is_full:
            raise QueueFull(limit=self.studio.writing.limit)
        reading_id = ""
        async with aclosing(self.read(photo, name, text, caller)) as reading:
            async for event, data in reading:
                reading_id = data.id if isinstance(data, KeptAnswer) else ""
                yield event, data
        async with aclosing(self.write(self.reading(reading_id, caller), wishes, caller)) as writing:
            async for step in writing:
                yield step

    @staticmethod
    def check(wishes: PostWishes) -> None:
        """Raise UnknownName before any work is done."""
        catalogue.check_wishes(wishes.asked)

    def reading(self, key: str, caller: Caller) -> Kept[Reading]:
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


def reading_answer(kept: Kept[Reading], language: str) -> ReadingAnswer:
    """A kept reading as it is answered, in an interface language."""
    reading = ReadingInfo.of(kept.thing, language)
    return ReadingAnswer(id=kept.id, created_at=kept.created_at, expires_at=kept.expires_at, reading=reading)


def post_answer(kept: Kept[KeptPost], language: str) -> PostAnswer:
    """A kept post as it is answered, in an interface language."""
    return PostAnswer(
        id=kept.id,
        reading_id=kept.thing.reading_id,
        created_at=kept.created_at,
        expires_at=kept.expires_at,
        photos=[PhotoInfo.of(each) for each in kept.thing.photos],
        post=PostInfo.of(kept.thing.post, language),
    )
