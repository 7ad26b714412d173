"""Waiting for an answer as long as it makes sense: until it is there, too late, unwanted, or the server ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeAlias, TypeVar

from starlette.requests import Request

from emotigram.errors import RequestTimedOut, ShuttingDown
from emotigram.settings import Settings

Answer = TypeVar("Answer")
WaitingLimits: TypeAlias = Mapping[asyncio.Task[None], Exception]
_PING_S = 15  # proxies cut connections that stay silent for a minute, some for less


class CallerLeft(Exception):
    """Nobody waits for the answer any more."""


class Ending:
    """Whether the server is ending, and how long running requests may still take."""

    def __init__(self, settings: Settings) -> None:
        self._seconds = settings.shutdown_s
        self._begun = asyncio.Event()
        self._over_at = 0.0

    @property
    def has_begun(self) -> bool:
        """Whether the server is ending."""
        return self._begun.is_set()

    def begin(self) -> None:
        """Give running requests their last seconds; call it in the event loop's thread."""
        self._over_at = asyncio.get_running_loop().time() + self._seconds
        self._begun.set()

    async def begun(self) -> None:
        """Wait until the server begins to end."""
        await self._begun.wait()

    async def over(self) -> None:
        """Wait until running requests have had their time."""
        await self._begun.wait()
        await _until(self._over_at)


class Patience:
    """How long the server waits with a caller. Raises CallerLeft, RequestTimedOut or ShuttingDown beyond."""

    def __init__(self, request: Request, settings: Settings, ending: Ending) -> None:
        self._request = request
        self._seconds = settings.answer_timeout_s
        self._late_at = asyncio.get_running_loop().time() + self._seconds
        self._ending = ending

    async def answer(self, work: Awaitable[Answer]) -> Answer:
        """Return what the work comes to; it is cancelled where nobody waits for it any more."""
        async with self._limits() as limits, _dropped_after(asyncio.ensure_future(work)) as task:
            await _any_of(task, limits)
            return _settled(task, limits)

    async def stream(self, steps: AsyncIterator[Answer]) -> AsyncIterator[Answer | None]:
        """Pass on steps as they come, and None now and then where none does."""
        async with self._limits() as limits:
            while True:
                async with _dropped_after(asyncio.ensure_future(anext(steps, None))) as step:
                    while not await _any_of(step, limits, _PING_S):
                        yield None
                    found = _settled(step, limits)
                if found is None:
                    return
                yield found

    @asynccontextmanager
    async def _limits(self) -> AsyncIterator[WaitingLimits]:
        """What may end the wait, each with the error it means."""
        limits = {
            asyncio.create_task(self._left()): CallerLeft(),
            asyncio.create_task(_until(self._late_at)): RequestTimedOut(seconds=self._seconds),
            asyncio.create_task(self._ending.over()): ShuttingDown(),
        }
        try:
            yield limits
        finally:
            for limit in limits:
                limit.cancel()

    async def _left(self) -> None:
        while (await self._request.receive())["type"] != "http.disconnect":
            pass


async def _until(time: float) -> None:
    await asyncio.sleep(time - asyncio.get_running_loop().time())


@asynccontextmanager
async def _dropped_after(task: asyncio.Future[Answer]) -> AsyncIterator[asyncio.Future[Answer]]:
    """Let go of a task on leaving; it has ended then, so that what it worked with can be closed."""
    try:
        yield task
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})


async def _any_of(task: asyncio.Future[Answer], limits: WaitingLimits, seconds: float | None = None) -> bool:
    """Wait until the task or a limit is done; False where neither was in time."""
    waits: set[asyncio.Future[Any]] = {task, *limits}
    done, _ = await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    return bool(done)


def _settled(task: asyncio.Future[Answer], limits: WaitingLimits) -> Answer:
    if task.done():
        return task.result()
    raise next(error for limit, error in limits.items() if limit.done())
