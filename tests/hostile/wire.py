"""Bytes to a server and back, without a client that would mend them."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.apps.api.server import PATIENCE_S


@dataclass(frozen=True, slots=True)
class Told:
    """What came back until the server closed the connection; ``status`` is 0 where nothing did."""

    status: int
    head: str
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        """The problem details."""
        assert "application/problem+json" in self.head, self.head
        found: dict[str, Any] = json.loads(self.body)
        assert found["status"] == self.status
        assert found["detail"]
        assert found["hint"]
        return found


def connect(url: str, receive_buffer: int = 0) -> socket.socket:
    """A connection; with a small buffer of its own where asked for."""
    parts = urlsplit(url)
    line = socket.socket()
    line.settimeout(PATIENCE_S)
    if receive_buffer:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    try:
        line.connect((parts.hostname or "", parts.port or 0))
    except OSError:
        line.close()
        raise
    return line


def send(line: socket.socket, *parts: bytes) -> None:
    """Send bytes to a server that may have heard enough and closed."""
    try:
        for part in parts:
            line.sendall(part)
    except ConnectionError:
        pass


def rest(line: socket.socket) -> bytes:
    """All that comes until the server closes the connection."""
    came = b""
    try:
        while data := line.recv(65536):
            came += data
    except ConnectionError:  # closed while we were sending
        pass
    return came


def told(came: bytes) -> Told:
    """Bytes as an answer."""
    head, _, body = came.partition(b"\r\n\r\n")
    return Told(int(head.split()[1]) if head else 0, head.decode(), body)


def ask(url: str, *parts: bytes) -> Told:
    """Send bytes, and read until the server closes the connection."""
    with connect(url) as line:
        send(line, *parts)
        return told(rest(line))
