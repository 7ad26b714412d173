"""A limit on the whole of an answer, which the client library's own timeouts (per read) do not give."""

from __future__ import annotations

import time
from collections.abc import Iterator
from threading import Event

import httpx2
import openai


class Deadline:
    """Ends an answer ``seconds`` from now, retries and keep-alive comments included.

    A server that says nothing at all is found out by the read timeout instead, so an answer ends at most one read
    timeout after its deadline. ``stop`` ends it before its time, from any thread.
    """

    def __init__(self, seconds: float, stop: Event | None = None) -> None:
        self.seconds = seconds
        self._ends_at = time.monotonic() + seconds
        self._stop = stop or Event()

    @property
    def left_s(self) -> float:
        """Seconds left; 0 or less once passed or stopped."""
        return 0 if self._stop.is_set() else self._ends_at - time.monotonic()

    def check(self, request: httpx2.Request) -> None:
        """Raise openai.APITimeoutError once passed; unlike httpx2's own, that one is never retried."""
        if self.left_s <= 0:
            raise openai.APITimeoutError(request)

    def limit(self, request: httpx2.Request) -> None:
        """Event hook: let no single wait of this request outlast the deadline."""
        self.check(request)
        waits = request.extensions["timeout"]
        request.extensions["timeout"] = {name: min(wait or self.left_s, self.left_s) for name, wait in waits.items()}

    def guard(self, response: httpx2.Response) -> None:
        """Event hook: watch the body as it arrives, and wait for no retry that would come too late."""
        wait_s = response.headers.get("retry-after", "")
        if wait_s.isdecimal() and int(wait_s) >= self.left_s:
            response.headers["x-should-retry"] = "false"
        if isinstance(response.stream, httpx2.SyncByteStream):
            response.stream = _GuardedStream(response.stream, self, response.request)


class _GuardedStream(httpx2.SyncByteStream):
    def __init__(self, stream: httpx2.SyncByteStream, deadline: Deadline, request: httpx2.Request) -> None:
        self._stream = stream
        self._deadline = deadline
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._stream:
            self._deadline.check(self._request)
            yield chunk

    def close(self) -> None:
        self._stream.close()
