"""A server on loopback that answers every request with whatever bytes a script sends."""

from __future__ import annotations

import json
import select
import socketserver
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socket import socket
from threading import Thread

Script = Callable[["Line"], None]


@dataclass
class Line:
    """A connection to the client; ``sent`` bytes went into it before it hung up."""

    connection: socket
    sent: int = 0

    def send(self, *parts: bytes) -> None:
        for part in parts:
            self.connection.sendall(part)
            self.sent += len(part)

    def drip(self, part: bytes, pace_s: float = 0.02) -> None:
        """Send a few bytes at a time, until the client hangs up."""
        while not select.select([self.connection], [], [], pace_s)[0]:
            self.send(part)


@dataclass
class Recorder:
    """What reached the server, and how much of its answers left it."""

    port: int = 0
    requests: list[bytes] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def serving(script: Script, host: str = "127.0.0.1") -> Iterator[Recorder]:
    recorder = Recorder()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            try:
                recorder.requests.append(_request(self.rfile))
                recorder.lines.append(Line(self.connection))
                script(recorder.lines[-1])
            except OSError:  # the client has hung up, as it should
                pass

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server((host, 0), Handler) as server:
        recorder.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield recorder
        finally:
            server.shutdown()
            thread.join()


def _request(file: object) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = file.readline()  # type: ignore[attr-defined]
        if not line:
            break
        head += line
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
    )
    return head + file.read(length)  # type: ignore[attr-defined,no-any-return]


def head(status: str = "200 OK", kind: str = "text/event-stream", **headers: str) -> bytes:
    told = {
        "Content-Type": kind,
        "Connection": "close",
        **{key.replace("_", "-"): each for key, each in headers.items()},
    }
    lines = [f"HTTP/1.1 {status}", *(f"{key}: {value}" for key, value in told.items()), "", ""]
    return "\r\n".join(lines).encode()


def event(content: object = None, finish: str | None = None, **other: object) -> bytes:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish}
    body = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice], **other}
    return b"data: " + json.dumps(body).encode() + b"\n\n"


DONE = event(None, "stop") + b"data: [DONE]\n\n"
