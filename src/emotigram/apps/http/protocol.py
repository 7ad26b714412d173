"""Uvicorn's HTTP/1.1 with time limits for heads and for answers nobody reads, and places for connections."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
import time
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from emotigram.apps.http.connections import Connections
from emotigram.apps.http.framing import HEAD_BYTES, MOST_HEADERS, StrictConnection
from emotigram.apps.http.problems import MEDIA_TYPE, RETRY_S, problem, status_of
from emotigram.errors import HeadersTooLarge, HttpMalformed, RequestError, UploadTooSlow
from emotigram.settings import Settings
from emotigram.texts import interface_language

_PROGRESS_BYTES = 16 * 1024  # that a client must have taken in send_timeout_s; asyncio goes on writing at this mark
_HALF_SENT, _IDLE, _CLOSING = 1, 2, 3
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER, for no time


class GuardedProtocol(H11Protocol):
    """One connection; it ends where its client keeps it waiting."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        settings: Settings,
        places: Connections,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.conn = StrictConnection()
        self.peer = ""
        self._settings, self._places = settings, places
        self._has_begun = False
        self._waits_since: float | None = None
        self._unread, self._unread_since = 0, time.monotonic()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a place, or tell why there is none."""
        super().connection_made(transport)
        self.peer = self.client[0] if self.client else ""
        full = self._places.admit(self)
        if full is not None:
            self._refuse(full)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Free the place."""
        self._places.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes from the network."""
        self._has_begun = True
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        super().on_response_complete()
        self._watch()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        """Refuse what h11, or we, could not read; uvicorn calls it while the error is handled."""
        error = sys.exception()
        if isinstance(error, h11.RemoteProtocolError) and error.error_status_hint == status_of(_TOO_LARGE):
            self._refuse(_TOO_LARGE)
        else:
            self._refuse(HttpMalformed())

    def shutdown(self) -> None:
        """Finish the request at hand, if there is one."""
        if self.conn.our_state is h11.ERROR:
            self.drop()
        else:
            super().shutdown()

    @property
    def spare(self) -> int | None:
        """How readily this place is given up."""
        if self.transport.is_closing():
            return _CLOSING
        if self._is_answering:
            return None
        return _IDLE if self._waits_since is None else _HALF_SENT

    def check(self, now_s: float) -> None:
        """End the connection where its client let a time limit pass."""
        if self._waits_since is not None and now_s - self._waits_since > self._settings.header_timeout_s:
            self._waits_since = None
            if self._has_begun and self.conn.our_state is h11.IDLE:
                self._refuse(UploadTooSlow(seconds=self._settings.header_timeout_s))
            else:  # nothing was asked, or it was answered
                self.transport.close()
        unsent = self.transport.get_write_buffer_size()
        if unsent == 0 or unsent <= self._unread - _PROGRESS_BYTES:
            self._unread, self._unread_since = unsent, now_s
        elif now_s - self._unread_since > self._settings.send_timeout_s:
            self.drop()
        self._unread = max(self._unread, unsent)

    def drop(self) -> None:
        """End the connection at once, whatever is on its way: the system would go on to offer it to the other side."""
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.transport.abort()

    def _should_upgrade(self) -> bool:
        return False  # nothing here speaks WebSocket, and a server may go on in HTTP/1.1 (RFC 9110, 7.8)

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _watch(self) -> None:
        """Note since when the client owes the rest of a head, or of a body that was answered already."""
        is_first, theirs = self.cycle is None, self.conn.their_state
        owes = theirs is h11.SEND_BODY or (theirs is h11.IDLE and (is_first or bool(self.conn.trailing_data[0])))
        if self._is_answering or not owes:
            self._waits_since = None
        elif self._waits_since is None:
            self._waits_since = time.monotonic()

    def _refuse(self, error: RequestError) -> None:
        """Answer with problem details where nothing was answered yet, and close."""
        if self.cycle is not None:  # whoever still reads the body is told that no more will come
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.write(_answer(error, interface_language(self._settings.interface)))
        self.conn.send_failed()  # for h11, nothing more may be said
        self.transport.close()


_TOO_LARGE = HeadersTooLarge(limit_kb=HEAD_BYTES // 1024, limit=MOST_HEADERS)


def _answer(error: RequestError, language: str) -> bytes:
    status, body = status_of(error), problem(error, language, "none").model_dump_json().encode()
    head = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        f"Content-Type: {MEDIA_TYPE}",
        f"Content-Length: {len(body)}",
        f"Content-Language: {language}",
        "Connection: close",
        *([f"Retry-After: {RETRY_S}"] if error.retryable else []),
    ]
    return "\r\n".join([*head, "", ""]).encode() + body
