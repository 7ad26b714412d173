"""A real HTTP server on loopback that speaks the OpenAI chat-completions protocol from a script."""

from __future__ import annotations

import base64
import json
import select
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, Literal, Self

PACE_S = 0.02  # between keep-alive comments


@dataclass(frozen=True)
class ChatReply:
    """A stream of ``pieces`` and how it ends, or, with another status, an error with a message (or a ``body``).

    ``waits`` are keep-alive comments before the first piece; ``usage`` is counted where a client asks for it. A client
    that asks for no stream gets the pieces in one.
    """

    pieces: Sequence[str] = ()
    ending: Literal["done", "close", "drop", "stall", "keep_alive", "garbage", "error_event"] = "done"
    status: int = 200
    message: str = ""
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    waits: int = 0
    usage: Mapping[str, object] | None = None


@dataclass(frozen=True)
class ChatRequest:
    """What the client sent; header names in lower case."""

    path: str
    headers: Mapping[str, str]
    body: Any
    raw: str

    @property
    def photo(self) -> bytes:
        """The file in the last part of the last message."""
        url = self.body["messages"][-1]["content"][-1]["image_url"]["url"]
        head, data = url.split(",", 1)
        assert head == "data:image/jpeg;base64"
        return base64.b64decode(data, validate=True)


class FakeProvider:
    """Gives its answers in order, one a request, or what ``reply`` makes of each request, on threads of its own.

    ``hung_up`` is set once a client left an unfinished answer.
    """

    def __init__(self, *answers: ChatReply, reply: Callable[[ChatRequest], ChatReply] | None = None) -> None:
        self.requests: list[ChatRequest] = []
        self.hung_up = Event()
        self._answers = list(answers)
        self._reply = reply
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def answer_to(self, request: ChatRequest) -> ChatReply:
        self.requests.append(request)
        return self._reply(request) if self._reply else self._answers.pop(0)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(_Handler):
            pass

        Handler.provider = provider
        return Handler


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    provider: FakeProvider

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8")
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = ChatRequest(self.path, headers, json.loads(raw), raw)
        answer = self.provider.answer_to(request)
        self.close_connection = True
        try:
            if answer.status != 200:
                self._refuse(answer)
            elif request.body.get("stream"):
                self._stream(answer, counts=bool(request.body.get("stream_options", {}).get("include_usage")))
            else:
                self._tell(answer)
        except OSError:  # written to a client that is gone
            self.provider.hung_up.set()

    def _refuse(self, answer: ChatReply) -> None:
        error = {"error": {"message": answer.message, "type": "scripted", "code": "scripted"}}
        body = json.dumps(answer.body or error).encode()
        self._start(answer, {"Content-Type": "application/json", "Content-Length": str(len(body))})
        self.wfile.write(body[: len(body) // 2] if answer.ending == "drop" else body)

    def _tell(self, answer: ChatReply) -> None:
        message = {"role": "assistant", "content": "".join(answer.pieces)}
        choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
        about = {"id": "1", "object": "chat.completion", "created": 1, "model": "scripted"}
        body = json.dumps({**about, "choices": choices, "usage": answer.usage}).encode()
        self._start(answer, {"Content-Type": "application/json", "Content-Length": str(len(body))})
        self.wfile.write(body)

    def _stream(self, answer: ChatReply, counts: bool) -> None:
        # Without chunks the end of the connection is the end of the body, as behind some proxies.
        self._chunked = answer.ending != "close"
        chunks = {"Transfer-Encoding": "chunked"} if self._chunked else {"Connection": "close"}
        self._start(answer, {"Content-Type": "text/event-stream", **chunks})
        for _ in range(answer.waits):
            self._write(": keep-alive\n\n\n")
        for piece in answer.pieces:
            self._event({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]})
        self._end(answer.ending, answer.usage if counts else None)

    def _start(self, answer: ChatReply, headers: Mapping[str, str]) -> None:
        self.send_response(answer.status)
        for name, value in {**headers, **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def _end(self, ending: str, usage: Mapping[str, object] | None) -> None:
        if ending in ("stall", "keep_alive"):
            while not select.select([self.connection], [], [], PACE_S)[0]:
                if ending == "keep_alive":
                    self._write(": keep-alive\n\n")
            self.provider.hung_up.set()
        elif ending == "garbage":
            self._write("data: <html>\n\n")
        elif ending == "error_event":
            self._event({"error": {"message": "overloaded", "code": 503}})
        elif ending == "done":
            self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
            if usage:
                self._event({"choices": [], "usage": usage})
            self._write("data: [DONE]\n\n")
            self.wfile.write(b"0\r\n\r\n")

    def _event(self, values: Mapping[str, object]) -> None:
        body = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "scripted", **values}
        self._write(f"data: {json.dumps(body, ensure_ascii=False)}\n\n")

    def _write(self, text: str) -> None:
        data = text.encode("utf-8")
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data) if self._chunked else data)
        self.wfile.flush()
