"""A client that waits for each answer."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import closing
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


class Client:
    """An EmotiGram server's methods; each raises ServerUnreachable or ServerRefused.

    ``api_key`` is that of ``EMOTIGRAM_CLIENT_KEY`` where empty, ``language`` (en, zh) that of names and errors,
    ``timeout`` the seconds without news from the server, ``retries`` how often a server that is busy or away is asked
    again. Threads may share a client.
    """

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
        self._http = httpx2.Client(**self._server.options())

    def read(self, photo: PhotoSource, text: str = "", *, idempotency_key: str | None = None) -> ReadingAnswer:
        """Read a photo, given as a path or as bytes, together with the user's own words."""
        return self._ask(calls.read(photo, text, idempotency_key))

    def write(
        self, reading: ReadingAnswer | str, *, idempotency_key: str | None = None, **wishes: Unpack[Wishes]
    ) -> PostAnswer:
        """Write a post from a reading or its id."""
        return self._ask(calls.write(reading, idempotency_key, **wishes))

    def caption(
        self, photo: PhotoSource, text: str = "", *, idempotency_key: str | None = None, **wishes: Unpack[Wishes]
    ) -> PostAnswer:
        """Write a post straight from a photo."""
        return self._ask(calls.caption(photo, text, idempotency_key, **wishes))

    def stream(
        self, reading: ReadingAnswer | str, *, idempotency_key: str | None = None, **wishes: Unpack[Wishes]
    ) -> Generator[DraftStep, None, None]:
        """Yield drafts of a post as it is written, and the PostAnswer at last."""
        return self._steps(calls.write(reading, idempotency_key, **wishes))

    def stream_caption(
        self, photo: PhotoSource, text: str = "", *, idempotency_key: str | None = None, **wishes: Unpack[Wishes]
    ) -> Generator[CaptionStep, None, None]:
        """Yield PhotosInfo, CaptionsInfo, ReadingAnswer, DraftInfo several times, and the PostAnswer at last."""
        return self._steps(calls.caption(photo, text, idempotency_key, **wishes))

    def reading(self, reading_id: str) -> ReadingAnswer:
        """A reading that was made before."""
        return self._ask(calls.reading(reading_id))

    def post(self, post_id: str) -> PostAnswer:
        """A post that was written before."""
        return self._ask(calls.post(post_id))

    def platforms(self) -> list[PlatformInfo]:
        """Where posts can go."""
        return self._ask(calls.PLATFORMS)

    def styles(self) -> list[Names]:
        """Manners of writing."""
        return self._ask(calls.STYLES)

    def revisions(self) -> list[Names]:
        """Ways to revise a post."""
        return self._ask(calls.REVISIONS)

    def languages(self) -> list[LanguageInfo]:
        """Languages of posts."""
        return self._ask(calls.LANGUAGES)

    def looks(self) -> list[LookInfo]:
        """Filters for photos."""
        return self._ask(calls.LOOKS)

    def engines(self) -> EnginesInfo:
        """The engines at work, and who else gets the photos."""
        return self._ask(calls.ENGINES)

    def is_ready(self) -> bool:
        """Whether the server would take work now; it is asked once."""
        try:
            return self._http.get("/readyz").is_success
        except httpx2.TransportError:
            return False

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._server.url!r})"

    def _ask(self, call: Call[Answer]) -> Answer:
        return self._server.parsed(call, self._sent(call))

    def _steps(self, call: Call[Any]) -> Generator[Any, None, None]:
        with closing(self._sent(call, events=True)) as response:
            try:
                if not is_stream(response):
                    response.read()
                    yield self._server.parsed(call, response)
                    return
                for event in httpx2.EventSource(response):
                    step = self._server.step(event, response)
                    if step is not None:
                        yield step
                    if isinstance(step, PostAnswer):
                        return
            except httpx2.TransportError as error:
                raise self._server.unreachable() from error
        raise self._server.unreachable()  # it stopped half-way

    def _sent(self, call: Call[Any], *, events: bool = False) -> httpx2.Response:
        """The answer to a call, sent again where that helps; with ``events`` its body is still to come."""
        attempts = count()
        while True:
            try:
                response = self._http.send(self._http.build_request(**call.arguments(events=events)), stream=events)
                if response.is_success:
                    return response
                response.read()
                pause = self._server.pause_after_refusal(response, next(attempts))
            except httpx2.TransportError as error:
                pause = self._server.pause_after_failure(error, next(attempts))
            time.sleep(pause)
