"""One studio for many callers at once: bounded, batched, and cancelled when a caller leaves."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any, Unpack

from emotigram.domain import Captions, Photo, Post, Reading, Wishes
from emotigram.errors import QueueFull
from emotigram.giving_up import stoppable
from emotigram.imaging.decoding.pool import Lease, LeaseWanted
from emotigram.imaging.photos import LEASE_WAIT_S, decode_photo, decoders, limits_of
from emotigram.reading_queue import ReadingQueue
from emotigram.studio import Studio

_END = object()
_MOST_DECODED = 16  # two batches: the next is opened while one is read; others wait as files, a tenth as large


class AsyncStudio:
    """Reads and writes for the callers of one event loop; readings and posts wait apart: neither holds up the other.

    ``queue_size`` is how many photos may be inside at once, and how many posts; ``writing_threads`` how many posts are
    written at the same time. Raises QueueFull beyond.
    """

    def __init__(self, studio: Studio) -> None:
        settings = studio.settings
        self.studio = studio
        self.reading, self.writing = Places(settings.queue_size), Places(settings.queue_size)
        self._queue = ReadingQueue(studio)
        self._decoded = asyncio.Semaphore(_MOST_DECODED)
        self._limits = limits_of(**settings.photo_limits)
        self._openers = ThreadPoolExecutor(decoders().most_workers, "emotigram-opening")
        self._writers = ThreadPoolExecutor(settings.writing_threads, "emotigram-writing")

    async def read(
        self, source: bytes | Path, name: str = "", text: str = ""
    ) -> AsyncGenerator[Photo | Captions | Reading, None]:
        """Yield the photo once it is open, its captions once it was looked at, its reading at last.

        ``source`` is a file or its bytes, ``name`` what errors call it, ``text`` the user's own words.
        Raises PhotoError, QueueFull and what the engines raise.
        """
        with self.reading.taken():
            async with self._opened(source, name) as photo:
                yield photo
                loop = asyncio.get_running_loop()
                captions: asyncio.Future[Captions] = loop.create_future()
                job = self._queue.submit(photo, text, lambda said: _from_thread(loop, _settle, captions, said))
                answer = asyncio.wrap_future(job)
                try:
                    first: set[asyncio.Future[Any]] = {captions, answer}
                    await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
                    if captions.done():
                        yield captions.result()
                    yield await answer
                finally:
                    answer.cancel()

    async def write(self, reading: Reading, **wishes: Unpack[Wishes]) -> AsyncGenerator[Post, None]:
        """Yield the post as it grows; the last one is checked and chosen. Raises QueueFull and what the writer does."""
        with self.writing.taken():
            loop, posts, has_left = asyncio.get_running_loop(), asyncio.Queue[object](), threading.Event()

            def work() -> None:
                try:
                    growing = self.studio.stream(reading, **wishes)
                    with stoppable(has_left), closing(growing):  # type: ignore[type-var]
                        for post in growing:
                            if has_left.is_set():
                                return
                            _from_thread(loop, posts.put_nowait, post)
                except Exception as error:  # noqa: BLE001  # raised again for whoever waits
                    _from_thread(loop, posts.put_nowait, error)
                else:
                    _from_thread(loop, posts.put_nowait, _END)

            job = self._writers.submit(work)
            try:
                while (post := await posts.get()) is not _END:
                    if isinstance(post, Exception):
                        raise post
                    assert isinstance(post, Post)
                    yield post
            finally:
                has_left.set()
                job.cancel()

    @property
    def photos_read(self) -> int:
        """Photos read since the start."""
        return self._queue.photos_read

    @property
    def batches_read(self) -> int:
        """Batches they were read in."""
        return self._queue.batches_read

    def close(self) -> None:
        """Finish what is being read and written, drop what is being opened, and end the threads."""
        self._openers.shutdown(wait=False, cancel_futures=True)
        decoders().give_up()
        self._queue.close()
        for threads in (self._openers, self._writers):
            threads.shutdown(cancel_futures=True)

    @asynccontextmanager
    async def _opened(self, source: bytes | Path, name: str) -> AsyncIterator[Photo]:
        """The photo, decoded; whoever waits for memory keeps none from being decoded meanwhile."""
        held = Lease()
        try:
            while True:
                async with self._decoded:
                    try:
                        photo = await self._decode(source, name, held)
                    except LeaseWanted as wanted:
                        lease = wanted.lease
                    else:
                        decoders().give_back(held)
                        held = Lease()
                        yield photo
                        return
                decoders().give_back(held)
                held = Lease()
                while not decoders().try_lease(lease, self._limits):
                    await asyncio.sleep(LEASE_WAIT_S)
                held = lease
        finally:
            decoders().give_back(held)

    async def _decode(self, source: bytes | Path, name: str, held: Lease) -> Photo:
        has_left = threading.Event()

        def work() -> Photo:
            with stoppable(has_left):
                return decode_photo(source, name, self._limits, held)

        try:
            return await asyncio.get_running_loop().run_in_executor(self._openers, work)
        finally:
            has_left.set()


class Places:
    """How many callers are inside, and the most there may be."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.taken_now = 0
        self._lock = threading.Lock()

    @property
    def is_full(self) -> bool:
        """Whether the next caller would be refused."""
        return self.taken_now >= self.limit

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold one place; raises QueueFull where there is none."""
        with self._lock:
            if self.is_full:
                raise QueueFull(limit=self.limit)
            self.taken_now += 1
        try:
            yield
        finally:
            with self._lock:
                self.taken_now -= 1


def _settle(future: asyncio.Future[Captions], value: Captions) -> None:
    if not future.done():  # a batch that failed is read again, photo by photo
        future.set_result(value)


def _from_thread(loop: asyncio.AbstractEventLoop, call: Callable[..., object], *arguments: object) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(call, *arguments)
