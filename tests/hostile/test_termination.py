"""kill -TERM ends the server in time, whatever is done to it meanwhile, and leaves nothing."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx2
import pytest

from tests.apps.api.process import Process, served
from tests.apps.api.server import PATIENCE_S
from tests.hostile.wire import ask, connect

SHUTDOWN_S = 1
GENEROUS_S = SHUTDOWN_S + 5 + 20  # what is promised, and what a busy machine adds
HOST = b"Host: 127.0.0.1\r\n"
BODY = HOST + b"Content-Length: 100000\r\nExpect: 100-continue\r\nContent-Type: "


def head(server: Process) -> socket.socket:
    """A head that does not end."""
    line = connect(server.url)
    line.sendall(b"GET /healthz HTTP/1.1\r\n" + HOST + b"Accept: ")
    return line


def body(path: bytes, kind: bytes) -> Callable[[Process], socket.socket]:
    """A body that does not come."""

    def begin(server: Process) -> socket.socket:
        line = connect(server.url)
        line.sendall(b"POST " + path + b" HTTP/1.1\r\n" + BODY + kind + b"\r\n\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 100 ")
        return line

    return begin


def reader(server: Process) -> socket.socket:
    """Answers that nobody reads."""
    line = connect(server.url, receive_buffer=4096)
    line.sendall((b"GET /static-offline-docs/swagger-ui-bundle.js HTTP/1.1\r\n" + HOST + b"\r\n") * 10)
    return line


def stream(server: Process) -> socket.socket:
    """An open page: an answer without end."""
    line = connect(server.url)
    line.sendall(b"GET /gradio_api/heartbeat/somebody HTTP/1.1\r\n" + HOST + b"\r\n")
    assert line.recv(100).startswith(b"HTTP/1.1 200")
    return line


@contextmanager
def flooded(server: Process) -> Iterator[None]:
    """Requests, good and bad, from eight sides without a pause."""
    is_over = threading.Event()
    wish = json.dumps({"reading_id": "r_none"}).encode()
    asked = [
        b"GET / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n",
        b"GET / HTTP/1.1\n\n",
        b"POST /v1/posts HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nConnection: close\r\n"
        b"Content-Length: %d\r\n\r\n" % len(wish) + wish,
    ]

    def flood(number: int) -> None:
        while not is_over.is_set():
            try:
                ask(server.url, asked[number % len(asked)])
            except OSError:  # it has ended
                return

    threads = [threading.Thread(target=flood, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


HELD = [
    *[head] * 50,
    *[body(b"/gradio_api/queue/join", b"application/json")] * 20,
    *[body(b"/page/photos", b"application/octet-stream")] * 20,
    *[body(b"/v1/readings", b"multipart/form-data; boundary=x")] * 20,
    *[reader] * 10,
    *[stream] * 64,
]


@pytest.mark.nightly
def test_a_server_under_hostile_load_ends_in_time(tmp_path: Path) -> None:
    with served(tmp_path, "--no-open", shutdown_s=str(SHUTDOWN_S)) as server, ExitStack() as stack:
        for begin in HELD:
            stack.enter_context(begin(server))
        stack.enter_context(flooded(server))
        assert httpx2.get(f"{server.url}/healthz").status_code == 200
        server.process.terminate()
        assert server.process.wait(GENEROUS_S) == 0
        assert server.files() == []
    assert "Traceback" not in server.log.read_text()


def test_a_chat_provider_that_never_answers_does_not_keep_the_server(tmp_path: Path, china: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as provider:
        chat = {"writer": "chat", "provider": "openai", "api_key": "sk-none", "timeout_s": "600", "stall_s": "600"}
        chat["base_url"] = f"http://127.0.0.1:{provider.getsockname()[1]}/v1"
        with served(tmp_path, "--no-page", shutdown_s=str(SHUTDOWN_S), **chat) as server, ExitStack() as stack:
            photo = {"photos": china.read_bytes()}
            asked = threading.Thread(target=suppressed, args=(f"{server.url}/v1/posts", photo))
            asked.start()
            stack.callback(asked.join)
            stack.enter_context(provider.accept()[0])
            server.process.terminate()
            assert server.process.wait(GENEROUS_S) == 0
            assert server.files() == []


def suppressed(url: str, photo: dict[str, bytes]) -> None:
    with suppress(httpx2.HTTPError):
        httpx2.post(url, files=photo, timeout=PATIENCE_S)
