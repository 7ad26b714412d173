"""Lets go of open pages when the server ends: each keeps a connection for as long as it is shown."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from emotigram.apps.http.addresses import is_api
from emotigram.apps.http.waiting import Ending


class PageEnd:
    """Ends the page's connections once the server begins to end; the API's requests are finished first."""

    def __init__(self, app: ASGIApp, ending: Ending) -> None:
        self._app = app
        self._ending = ending

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or is_api(scope["path"]):
            await self._app(scope, receive, send)
            return
        serving: asyncio.Future[Any] = asyncio.ensure_future(self._app(scope, receive, send))
        ending: asyncio.Future[Any] = asyncio.ensure_future(self._ending.begun())
        try:
            await asyncio.wait({serving, ending}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ending.cancel()
            if not serving.done():
                serving.cancel()
            with suppress(asyncio.CancelledError):
                await serving
