"""How large a request may be, and how long it may take to arrive."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emotigram.apps.api.addresses import is_api
from emotigram.apps.api.problems import problem_response
from emotigram.errors import RequestError, RequestTooLarge, UploadTooSlow
from emotigram.settings import Settings


class _Refused(Exception):
    """Carries an error past whoever reads the body."""

    def __init__(self, error: RequestError) -> None:
        super().__init__(error.code)
        self.error = error


class BodyLimits:
    """Refuses a body as soon as it is too large or too slow; nothing of it is kept."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._limit_mb, self._seconds = settings.max_upload_mb, settings.upload_timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not is_api(scope["path"]):
            await self._app(scope, receive, send)
            return
        request, body = Request(scope, receive), _Body(receive, self._limit_mb, self._seconds)
        try:
            body.check_length(request.headers.get("content-length", ""))
            await self._app(scope, body, send)
        except _Refused as refused:
            await problem_response(refused.error, request)(scope, receive, _closing(send))


class _Body:
    """Receives a body, counting bytes and seconds."""

    def __init__(self, receive: Receive, limit_mb: float, seconds: float) -> None:
        self._receive = receive
        self._limit_mb, self._seconds = limit_mb, seconds
        self._size = 0
        self._is_whole = False
        self._deadline = asyncio.get_running_loop().time() + seconds

    def check_length(self, announced: str) -> None:
        """Refuse what says itself that it is too large."""
        if announced.isdigit() and int(announced) > self._limit_mb * 1e6:
            raise _Refused(RequestTooLarge(limit_mb=self._limit_mb))

    async def __call__(self) -> Message:
        if self._is_whole:  # what comes now is that the caller left
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError as error:
            raise _Refused(UploadTooSlow(seconds=self._seconds)) from error
        self._size += len(message.get("body", b""))
        if self._size > self._limit_mb * 1e6:
            raise _Refused(RequestTooLarge(limit_mb=self._limit_mb))
        self._is_whole = not message.get("more_body", False)
        return message


def _closing(send: Send) -> Send:
    """Close the connection after the answer: the rest of the body is not waited for."""

    async def closing(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        await send(message)

    return closing
