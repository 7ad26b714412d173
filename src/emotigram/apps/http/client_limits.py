"""How many requests of one client run at once; behind a proxy connections alone do not tell clients apart."""

from __future__ import annotations

from collections import Counter

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from emotigram.apps.http.connections import Clients
from emotigram.apps.http.problems import problem_response
from emotigram.errors import TooManyConnections
from emotigram.settings import Settings


class ClientLimits:
    """Refuses the next request of a client that as many run of already, open pages and streams among them."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._most = settings.max_connections_per_client
        self._clients = Clients(settings)
        self._running: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        client = self._clients.counted((scope.get("client") or ("",))[0]) if scope["type"] == "http" else ""
        if not client:
            await self._app(scope, receive, send)
            return
        if self._running[client] >= self._most:
            request = Request(scope, receive)
            await problem_response(TooManyConnections(limit=self._most), request)(scope, receive, send)
            return
        self._running[client] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._running[client] -= 1
            if not self._running[client]:
                del self._running[client]
