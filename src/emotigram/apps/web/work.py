"""What is done with photos, step by step; several at the same time, each until something else is asked of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Unpack

from emotigram import catalogue
from emotigram.apps.web.pictures import picture_of
from emotigram.apps.web.session import Session, Shot
from emotigram.async_studio import AsyncStudio
from emotigram.domain import Captions, Photo, Post, Reading, Wishes
from emotigram.errors import EmotiGramError

Work = AsyncGenerator[None, None]


async def follow(work: Mapping[Shot, Work]) -> AsyncGenerator[set[Shot], None]:
    """Do the work; yield the photos that changed meanwhile, until all is done. What worked on them before is ended."""
    changed: asyncio.Queue[Shot | None] = asyncio.Queue()
    tasks = []
    for shot, steps in work.items():
        shot.stop()
        shot.stage = "opening" if shot.picture is None else "looking"
        shot.task = asyncio.create_task(_run(shot, steps, changed))
        tasks.append(shot.task)
    running = len(tasks)
    try:
        while running:
            batch = [await changed.get()]
            while not changed.empty():  # a page that is slower than the writer skips what came in between
                batch.append(changed.get_nowait())
            running -= batch.count(None)
            yield {shot for shot in batch if shot is not None}
    finally:
        for task in tasks:
            task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome


async def reading(studio: AsyncStudio, shot: Shot, data: bytes) -> Work:
    """Open and read a photo."""
    shot.error = None  # what was read before stays until there is something new, or this is given up
    async with aclosing(studio.read(data, shot.name, shot.words)) as steps:
        async for step in steps:
            if isinstance(step, Photo):
                shot.picture = shot.picture or await asyncio.to_thread(picture_of, step)
                shot.stage = "looking"
            elif isinstance(step, Captions):
                shot.captions, shot.stage = step, "feeling"
            elif isinstance(step, Reading):
                shot.reading, shot.stage = step, "writing"
            yield


async def writing(studio: AsyncStudio, session: Session, shot: Shot, **wishes: Unpack[Wishes]) -> Work:
    """Write a post from the reading there is, as the choices are now; once done it is in the history."""
    if shot.reading is None:
        return
    wish = session.wish
    shot.error, shot.wish, shot.stage = None, wish, "writing"
    yield
    asked: Wishes = {**wish.wishes(studio.studio.settings.seed + shot.seed), **wishes}
    post: Post | None = None
    try:
        async with aclosing(studio.write(shot.reading, **asked)) as posts:
            async for post in posts:
                shot.growing = post
                yield
    except EmotiGramError:
        shot.growing = None  # the post before stays
        raise
    if post is not None:
        shot.entry, shot.growing = session.record(shot, post, wish), None


async def reading_and_writing(studio: AsyncStudio, session: Session, shot: Shot, data: bytes) -> Work:
    """Open and read a photo, then write a post from the reading."""
    async for _ in reading(studio, shot, data):
        yield
    async for _ in writing(studio, session, shot):
        yield


async def writing_everywhere(studio: AsyncStudio, session: Session) -> Work:
    """Write for one platform after another, until stopped or asked for anew; the posts are in the history, too."""
    everywhere = session.everywhere
    if everywhere is None or everywhere.shot.reading is None:
        return
    wish = session.wish
    for platform in catalogue.platforms():
        there = wish._replace(platform=platform.key)
        asked = there.wishes(studio.studio.settings.seed)
        try:
            async with aclosing(studio.write(everywhere.shot.reading, **asked)) as posts:
                async for post in posts:
                    if session.everywhere is not everywhere or everywhere.is_done:
                        return
                    everywhere.posts[platform.key] = post
                    yield
            session.record(everywhere.shot, everywhere.posts[platform.key], there)
        except EmotiGramError as error:
            everywhere.posts.pop(platform.key, None)
            everywhere.errors[platform.key] = error
            yield
    everywhere.is_done = True
    yield


async def _run(shot: Shot, steps: Work, changed: asyncio.Queue[Shot | None]) -> None:
    try:
        async with aclosing(steps):
            async for _ in steps:
                changed.put_nowait(shot)
    except EmotiGramError as error:
        shot.error = error
    finally:
        if shot.task is asyncio.current_task():
            shot.settle()
        changed.put_nowait(shot)
        changed.put_nowait(None)
