"""A real server, and both clients behind one face."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from emotigram import open_studio
from emotigram.client import AsyncClient, Client
from tests.apps.api.server import serving


class Awaited:
    """An AsyncClient that is waited for, so that one contract holds for both clients."""

    def __init__(self, *arguments: object, **options: object) -> None:
        self._thread = ThreadPoolExecutor(1)  # as in tests/aio.py
        self._runner = asyncio.Runner()
        self._client = AsyncClient(*arguments, **options)  # type: ignore[arg-type]

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: object, **options: object) -> Any:
            answer: Any = getattr(self._client, name)(*arguments, **options)
            if inspect.isasyncgen(answer):
                return self._steps(answer)
            return self._wait(answer)

        return call

    def __repr__(self) -> str:
        return repr(self._client)

    def close(self) -> None:
        self._wait(self._client.aclose())
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()

    def _wait(self, answer: Coroutine[Any, Any, Any]) -> Any:
        return self._thread.submit(self._runner.run, answer).result()

    def _steps(self, steps: AsyncGenerator[object, None]) -> Iterator[object]:
        async def following() -> object:
            return await anext(steps, None)

        while (step := self._wait(following())) is not None:
            yield step


MakeClient = Callable[..., Any]


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    """The address of a server that writes offline."""
    with serving(open_studio(writer="embedded", interface="en")) as address:
        yield address


@pytest.fixture(params=[Client, Awaited], ids=["sync", "async"])
def make_client(request: pytest.FixtureRequest) -> Iterator[MakeClient]:
    """Make a client of either kind; it is closed after the test."""
    made: list[Any] = []

    def make(*arguments: object, **options: object) -> Any:
        made.append(request.param(*arguments, **options))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make_client: MakeClient, url: str) -> Any:
    """A client of the server."""
    return make_client(url)
