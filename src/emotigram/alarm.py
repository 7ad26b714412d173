"""A limit in seconds on a whole exchange over HTTP, which an HTTP client's own timeouts (for each read) do not give."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

_MADE = ("connect_tcp.complete", "start_tls.complete")


class Alarm:
    """Cuts the connections of one exchange once ``seconds`` have passed since ``with`` began, whatever then goes on.

    A server that sends a byte a second would keep every single read within its timeout. ``trace`` belongs into the
    extensions of the requests (httpcore's "trace"); ``look_at`` is called with the address of each other end before
    anything is sent there, and may raise.
    """

    def __init__(self, seconds: float, look_at: Callable[[str], None] | None = None) -> None:
        self._ends_at = time.monotonic() + seconds
        self._look_at = look_at
        self._connection: socket.socket | None = None
        self._timer = threading.Timer(max(0.0, seconds), self._cut)
        self._timer.daemon = True

    @property
    def left_s(self) -> float:
        """Seconds left; 0 or less once passed."""
        return self._ends_at - time.monotonic()

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Hear of connections as they are made."""
        if not event.endswith(_MADE):
            return
        stream = info["return_value"]
        self._connection = stream.get_extra_info("socket")
        if self._look_at and event.endswith(_MADE[0]):
            try:
                self._look_at(stream.get_extra_info("server_addr")[0])
            except BaseException:
                stream.close()
                raise
        if self.left_s <= 0:
            self._cut()

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cancel()

    def cancel(self) -> None:
        """Let go on whatever goes on."""
        self._timer.cancel()

    def _cut(self) -> None:
        connection = self._connection
        if connection is not None:
            with contextlib.suppress(OSError):  # closed already
                connection.shutdown(socket.SHUT_RDWR)
