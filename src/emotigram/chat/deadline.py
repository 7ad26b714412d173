"""A limit on the whole of an answer, which the client library's own timeouts (per read) do not give."""

from __future__ import annotations

import time
from threading import Event

import httpx2
import openai


class Deadline:
    """Ends an answer ``seconds`` from now, retries and keep-alive comments included.

    ``stop`` ends it before its time, from any thread.
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
