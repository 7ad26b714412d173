"""A client for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from itertools import count
from types import TracebackType
from typing import Any, Self, Unpack

import httpx2

from emotigram.client import calls
from emotigram.client.answers import RemoteServer, is_stream
from emotigram.client.calls import Answer, Call, CaptionStep, DraftStep, PhotoSource
from emotigram.domain import Wishes
from emotigram.schemas.answers import PostAnswer, ReadingAnswer
from emotigram.schemas.choices import EnginesInfo, LanguageInfo, LookInfo, Names, PlatformInfo


class AsyncClient:
    """What ``Client`` is, with the same arguments and methods: to be awaited, or iterated over with ``async for``."""

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:7860",
        *,
        api_key: str = "",
        language: str = "en",
        timeout: float = 200,
        retries: int = 2,
    ) -> None:
        self._server = RemoteServer.known_as(base_url, api_key, language, timeout, retries)
        self._http = httpx2.AsyncClient(**self._server.options())

    async def read(self, photo: PhotoSource, text: str = "", *, idempotency_key: str | None = None) -> ReadingAnswer:
        """Read a photo, given as a path or as bytes, together with the user's own words."""
        return await self._ask(calls.read(photo, text, idempotency_key))

    async def write(
        self, reading: ReadingAnswer | str, *, idempotency_key: str | None = None, **wishes: Unpack[Wishes]
    ) -> PostAnswer:
        """Write a post from a reading or its id."""
        return await self._ask(calls.write(reading, idempotency_key, **wishes))

    async def caption(
        self, photo: PhotoSource, text: str = "", *, idempotency_key: str | None = None, **wishes: Unpack[Wishes]
    ) -> PostAnswer:
        """Write a post straight from a photo."""
        return await self._ask(calls.caption(photo, text, idempotency_key, **wishes))

    def stream(
        self, reading: ReadingAnswer | str, *, idempotency_key: str | None = None, **wishes: Unpack[Wishes]
    ) -> AsyncGenerator[DraftStep, None]:
        """Yield drafts of a post as it is written, and the PostAnswer at last."""
        return self._steps(calls.write(reading, idempotency_key, **wishes))

    def stream_caption(
        self, photo: PhotoSource, text: str = "", *, idempotency_key: str | None = None, **wishes: Unpack[Wishes]
    ) -> AsyncGenerator[CaptionStep, None]:
        """Yield PhotosInfo, CaptionsInfo, ReadingAnswer, DraftInfo several times, and the PostAnswer at last."""
        return self._steps(calls.caption(photo, text, idempotency_key, **wishes))

    async def reading(self, reading_id: str) -> ReadingAnswer:
        """A reading that was made before."""
        return await self._ask(calls.reading(reading_id))

    async def post(self, post_id: str) -> PostAnswer:
        """A post that was written before."""
        return await self._ask(calls.post(post_id))

    async def platforms(self) -> list[PlatformInfo]:
        """Where posts can go."""
        return await self._ask(calls.PLATFORMS)

    async def styles(self) -> list[Names]:
        """Manners of writing."""
        return await self._ask(calls.STYLES)

    async def revisions(self) -> list[Names]:
        """Ways to revise a post."""
        return await self._ask(calls.REVISIONS)

    async def languages(self) -> list[LanguageInfo]:
        """Languages of posts."""
        return await self._ask(calls.LANGUAGES)

    async def looks(self) -> list[LookInfo]:
        """Filters for photos."""
        return await self._ask(calls.LOOKS)

    async def engines(self) -> EnginesInfo:
        """The engines at work, and who else gets the photos."""
        return await self._ask(calls.ENGINES)

    async def is_ready(self) -> bool:
        """Whether the server would take work now; it is asked once."""
        try:
            return (await self._http.get("/readyz")).is_success
        except httpx2.TransportError:
            return False

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._server.url!r})"

    async def _ask(self, call: Call[Answer]) -> Answer:
        return self._server.parsed(call, await self._sent(call))

    async def _steps(self, call: Call[Any]) -> AsyncGenerator[Any, None]:
        async with aclosing(await self._sent(call, events=True)) as response:
            try:
                if not is_stream(response):
                    await response.aread()
                    yield self._server.parsed(call, response)
                    return
                async for event in httpx2.EventSource(response):
                    step = self._server.step(event, response)
                    if step is not None:
                        yield step
                    if isinstance(step, PostAnswer):
                        return
            except httpx2.TransportError as error:
                raise self._server.unreachable() from error
        raise self._server.unreachable()  # it stopped half-way

    async def _sent(self, call: Call[Any], *, events: bool = False) -> httpx2.Response:
        """The answer to a call, sent again where that helps; with ``events`` its body is still to come."""
        attempts = count()
        while True:
            try:
                response = await self._http.send(
                    self._http.build_request(**call.arguments(events=events)), stream=events
                )
                if response.is_success:
                    return response
                await response.aread()
                pause = self._server.pause_after_refusal(response, next(attempts))
            except httpx2.TransportError as error:
                pause = self._server.pause_after_failure(error, next(attempts))
            await asyncio.sleep(pause)
