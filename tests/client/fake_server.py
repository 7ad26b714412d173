"""A server that answers what it is told to, one answer after another, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Reply:
    """An answer; the connection is cut instead where ``status`` is 0, and before its end where ``is_cut``."""

    status: int
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    is_cut: bool = False

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class Asked:
    path: str
    headers: dict[str, str]
    body: bytes


@contextmanager
def answering(*replies: Reply) -> Iterator[tuple[str, list[Asked]]]:
    """Give the address and the list of requests as they come; the last reply is given from then on."""
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked.append(Asked(self.path, headers, self.rfile.read(length)))
            self._reply(replies[min(len(asked), len(replies)) - 1])

        do_POST = do_GET

        def _reply(self, reply: Reply) -> None:
            self.close_connection = True
            if not reply.status:
                return
            self.send_response(reply.status)
            headers = {"Content-Type": "application/json", **reply.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.content) + reply.is_cut))
            self.end_headers()
            self.wfile.write(reply.content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", asked
        finally:
            server.shutdown()
            thread.join()
