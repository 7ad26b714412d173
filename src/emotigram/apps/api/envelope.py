"""Around every API request: an id, a log line, a count, and an answer even where there is a bug."""

from __future__ import annotations

import time

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emotigram.apps.api.metrics import Metrics
from emotigram.apps.http.addresses import is_api
from emotigram.apps.http.logs import api_logger
from emotigram.apps.http.problems import problem_response
from emotigram.apps.http.tracing import request_id_of, where
from emotigram.errors import InternalFault

_log = api_logger()


class Envelope:
    """Logs neither photo nor caption nor key: method, route, status, time and the ids of request and key."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not is_api(scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        request.state.request_id = request_id_of(request)
        answer = _Answer(send, request)
        began = time.perf_counter()
        self._log(request, "accepted")
        try:
            await self._app(scope, receive, answer)
        except Exception as error:  # noqa: BLE001  # the caller gets an answer, whatever it was
            self._log(request, "fault", error=type(error).__name__, where=where(error))
            if not answer.status:
                await problem_response(InternalFault(request_id=request.state.request_id), request)(
                    scope, receive, answer
                )
        finally:
            seconds = time.perf_counter() - began
            route = getattr(scope.get("route"), "path", "other")
            self._metrics.count(scope["method"], route, answer.status or 499, seconds)
            self._log(
                request,
                "answered" if answer.is_complete else "left",
                route=route,
                status=answer.status or 499,
                ms=round(seconds * 1000, 1),
            )

    @staticmethod
    def _log(request: Request, event: str, **values: object) -> None:
        known = {
            "request_id": request.state.request_id,
            "method": request.method,
            "key": getattr(request.state, "owner", ""),
            "problem": getattr(request.state, "problem", ""),
        }
        _log.info(event, **{name: value for name, value in known.items() if value}, **values)


class _Answer:
    """Sends on what is answered, with the headers that every answer has, and remembers how far it came."""

    def __init__(self, send: Send, request: Request) -> None:
        self._send = send
        self._state = request.state
        self.status = 0
        self.is_complete = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(raw=[*message["headers"]])
            headers["X-Request-ID"] = self._state.request_id
            headers["Cache-Control"] = "no-store"
            headers.update(getattr(self._state, "rate_headers", {}))
            message = {**message, "headers": headers.raw}
        await self._send(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self.is_complete = True
