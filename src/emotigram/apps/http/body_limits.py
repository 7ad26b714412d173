"""How large a request may be, how long it may take to arrive, and how much of all requests is in memory at once."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emotigram.apps.http.addresses import EVENT_PATH, PHOTO_PATHS, is_api
from emotigram.apps.http.problems import problem_response
from emotigram.errors import QueueFull, RequestError, RequestTooLarge, UploadTooSlow
from emotigram.settings import Settings

_JSON_MB = 2.0  # the longest wishes, every sign escaped, take 1.3; parsing holds up everybody else
_LARGEST_AT_ONCE = 12  # bodies of the largest size that may be in memory: 300 MB
_ROOM_S, _ROOM_STEP_S = 10, 0.05  # that a body waits for others to be answered, and looks again
# Where bodies hold more than half of their room, one has to bring so much in so long: a slow telephone does.
_PROGRESS_BYTES, _CROWDED_S = 32_000, 3
_LINGER_S, _SILENCE_S = 2, 0.5  # as nginx's lingering_time and lingering_timeout, but shorter


class _Refused(Exception):
    """Carries an error past whoever reads the body."""

    def __init__(self, error: RequestError) -> None:
        super().__init__(error.code)
        self.error = error


class BodyLimits:
    """Refuses a body as soon as it is too large or too slow; nothing of it is kept.

    Bodies that may hold a photo are passed on as they come. Others are small and have come as a whole; where the page
    has nothing that takes one, it is not waited for.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._room = _Room(settings.max_upload_mb * 1e6 * _LARGEST_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        takes_photo = scope["path"] in PHOTO_PATHS and not _is_json(request)
        takes_none = not is_api(scope["path"]) and scope["path"] not in (EVENT_PATH, *PHOTO_PATHS)
        limit_mb = self._settings.max_upload_mb if takes_photo else min(_JSON_MB, self._settings.max_upload_mb)
        body = _Body(receive, limit_mb, self._settings.upload_timeout_s, self._room)
        try:
            if not takes_none:
                body.check_length(request.headers.get("content-length", ""))
            await self._app(scope, body if takes_photo or takes_none else await _whole(body), send)
        except _Refused as refused:
            linger_s = _LINGER_S if isinstance(refused.error, RequestTooLarge) else 0
            await problem_response(refused.error, request)(scope, receive, _closing(send, receive, linger_s))
        finally:
            body.forget()


class _Room:
    """Bytes of all requests that are being answered."""

    def __init__(self, most: float) -> None:
        self.most = most
        self.taken = 0

    @property
    def is_crowded(self) -> bool:
        """Whether more than half of it is taken."""
        return self.taken > self.most / 2


class _Body:
    """Receives a body, counting bytes and seconds."""

    def __init__(self, receive: Receive, limit_mb: float, seconds: float, room: _Room) -> None:
        self._receive = receive
        self._limit_mb, self._seconds = limit_mb, seconds
        self._room = room
        self._size = 0
        self._is_whole = False
        self._progress, self._progress_at = 0, asyncio.get_running_loop().time()
        self._deadline = self._progress_at + seconds

    def check_length(self, announced: str) -> None:
        """Refuse what says itself that it is too large."""
        if announced.isdigit() and int(announced) > self._limit_mb * 1e6:
            raise _Refused(RequestTooLarge(limit_mb=self._limit_mb))

    def forget(self) -> None:
        """Nobody holds the body any more."""
        self._room.taken -= self._size
        self._size = 0

    async def __call__(self) -> Message:
        if self._is_whole:  # what comes now is that the caller left
            return await self._receive()
        message = await self._next()
        await self._count(len(message.get("body", b"")))
        self._is_whole = not message.get("more_body", False)
        return message

    async def _next(self) -> Message:
        """The next part; where others need the room, whoever keeps it without sending is let go early."""
        loop = asyncio.get_running_loop()
        while True:
            if self._size >= self._progress + _PROGRESS_BYTES:
                self._progress, self._progress_at = self._size, loop.time()
            is_late = self._room.is_crowded and loop.time() > self._progress_at + _CROWDED_S
            if is_late or loop.time() > self._deadline:
                raise _Refused(UploadTooSlow(seconds=_CROWDED_S if is_late else self._seconds))
            with suppress(TimeoutError):
                async with asyncio.timeout_at(min(self._deadline, loop.time() + _CROWDED_S)):
                    return await self._receive()

    async def _count(self, size: int) -> None:
        self._size += size
        self._room.taken += size
        if self._size > self._limit_mb * 1e6:
            raise _Refused(RequestTooLarge(limit_mb=self._limit_mb))
        began = asyncio.get_running_loop().time()
        while self._room.taken > self._room.most:  # what is not received waits with its sender
            if asyncio.get_running_loop().time() > began + _ROOM_S:
                raise _Refused(QueueFull(limit=_LARGEST_AT_ONCE))
            await asyncio.sleep(_ROOM_STEP_S)
        waited = asyncio.get_running_loop().time() - began
        self._deadline, self._progress_at = self._deadline + waited, self._progress_at + waited


async def _whole(body: _Body) -> Receive:
    """Receive all of a body, and give it as one message."""
    data, message = bytearray(), await body()
    while message["type"] == "http.request":
        data += message["body"]
        if not message.get("more_body", False):
            break
        message = await body()
    whole: list[Message] = [{"type": "http.request", "body": bytes(data), "more_body": False}]
    if message["type"] != "http.request":  # the caller left
        whole = [message]

    async def receive() -> Message:
        return whole.pop() if whole else await body()

    return receive


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


def _closing(send: Send, receive: Receive, linger_s: float) -> Send:
    """Close the connection after the answer; for so long, what is under way of the body already is let in.

    A connection that is closed with bytes unread is reset, and the answer lost with it (RFC 9112, 9.6).
    """

    async def closing(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
            await send(message)
        else:
            await send({**message, "more_body": True})
            await _drain(receive, linger_s)
            await send({"type": "http.response.body"})

    return closing


async def _drain(receive: Receive, seconds: float) -> None:
    until = asyncio.get_running_loop().time() + seconds
    with suppress(TimeoutError):
        while asyncio.get_running_loop().time() < until:
            async with asyncio.timeout(_SILENCE_S):
                if not (await receive()).get("more_body", False):
                    return
