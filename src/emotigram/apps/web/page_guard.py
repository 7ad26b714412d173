"""Around Gradio: only what the page needs reaches it, and only answers of use leave it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emotigram.apps.http.languages import language_of
from emotigram.apps.http.problems import problem_response
from emotigram.apps.http.tracing import request_id_of
from emotigram.apps.web.backlog import MOST_WAITING, Backlog
from emotigram.apps.web.faults import report
from emotigram.apps.web.gradio_routes import HEARTBEAT, JOIN, STREAM, check_names, scope_for_gradio, session_of
from emotigram.apps.web.page_events import PageEvents
from emotigram.apps.web.visitors import Visitors
from emotigram.errors import (
    AddressUnknown,
    ContentTypeWrong,
    EmotiGramError,
    InternalFault,
    QueueFull,
    RequestMalformed,
    RequestTooLarge,
)
from emotigram.texts import say

_EVENT_MB = 1  # the texts of a post, however long, and the names of photos
_JSON = "application/json"
_POLICY_VIOLATION = 1008  # RFC 6455, 7.4.1


class PageGuard:
    """Lets through what ``gradio_routes`` and ``page_events`` know; every refusal is a problem detail."""

    def __init__(self, app: ASGIApp, events: PageEvents, visitors: Visitors, backlog: Backlog) -> None:
        self._app, self._events, self._visitors, self._backlog = app, events, visitors, backlog

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":  # the page opens no websocket
            await receive()
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        request, answer = Request(scope, receive), _Answer(send)
        request.state.request_id = request_id_of(request)
        try:
            await self._serve(request, answer)
            error = answer.refusal(request)
        except EmotiGramError as refused:
            error = refused
        except Exception as fault:  # noqa: BLE001  # the caller gets an answer, whatever it was
            report(fault, request.state.request_id)
            error = InternalFault(request_id=request.state.request_id)
        if answer.has_begun:
            await answer.end()
        elif error:
            await problem_response(error, request)(scope, receive, send)

    async def _serve(self, request: Request, answer: _Answer) -> None:
        check_names(request)
        session, path = session_of(request), request.url.path
        if path == JOIN:
            await self._join(request, answer)
            return
        async with self._present(path, session):
            await self._app(scope_for_gradio(request.scope, request.state.request_id), request.receive, answer)

    async def _join(self, request: Request, answer: _Answer) -> None:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != _JSON:
            raise ContentTypeWrong(found=kind[:40], wanted=_JSON)
        session, body = self._events.read(await _body_of(request), language_of(request))
        client = request.client.host if request.client else ""
        extra = {b"content-type": _JSON.encode(), b"content-length": str(len(body)).encode()}
        inner = scope_for_gradio(request.scope, request.state.request_id, extra)
        async with self._backlog.asking(session, client):
            self._visitors.heard(session, client)
            await self._app(inner, _Replay(body, request.receive), answer)

    @asynccontextmanager
    async def _present(self, path: str, session: str) -> AsyncIterator[None]:
        """Remember who has the page open, and who reads what events bring."""
        if path == STREAM:
            if not self._backlog.knows(session):
                raise AddressUnknown(path=path)
            async with self._backlog.reading(session):
                yield
        elif path.startswith(HEARTBEAT):
            self._visitors.opened(session)
            try:
                yield
            finally:
                self._visitors.closed(session)
        else:
            yield


class _Answer:
    """Sends on what Gradio answers; its own refusals, which quote what came, are kept back."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._status = 0
        self.has_begun = self._is_whole = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
        if self._status >= 400:
            return
        self.has_begun = True
        await self._send(message)
        self._is_whole = message["type"] == "http.response.body" and not message.get("more_body", False)

    def refusal(self, request: Request) -> EmotiGramError | None:
        """Gradio's refusal as one of ours, None where it answered."""
        if self._status < 400:
            return None
        if self._status in (403, 404, 405):
            return AddressUnknown(path=request.url.path)
        if self._status == 503:
            return QueueFull(limit=MOST_WAITING)
        return RequestMalformed(detail=say("web.forged.event", language_of(request)))

    async def end(self) -> None:
        """End an answer that broke off."""
        if not self._is_whole:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})


class _Replay:
    """A body that was read already; after it, whatever comes of the caller, which is that they left."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._message: dict[str, Any] | None = {"type": "http.request", "body": body, "more_body": False}
        self._receive = receive

    async def __call__(self) -> Message:
        message, self._message = self._message, None
        return message if message is not None else await self._receive()


async def _body_of(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _EVENT_MB * 1e6:
            raise RequestTooLarge(limit_mb=_EVENT_MB)
    return bytes(body)
