"""A chat model that is a server on loopback: it knows what to say, and says it at a given pace."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

POSTS = [
    {"title": "", "text": text, "hashtags": ["littlejoys", "today"], "alt_text": "What the photo shows."}
    for text in (
        "I am so happy with today. Nothing big happened, and it was wonderful all the same. I would do it again.",
        "What a lovely day this was. I keep smiling whenever I look at it, and I hope that stays for a while.",
        "Some days are just kind. This one made me really happy, and I wanted to keep a little of it here.",
    )
]


@contextmanager
def chat_model(piece_length: int, piece_s: float, think_s: float = 0) -> Iterator[tuple[str, list[float]]]:
    """Give a server's address and the list to which it adds how long each answer took it, pauses included, in s.

    It streams pieces of ``piece_length`` characters, ``piece_s`` apart, the first after ``think_s``.
    """
    busy: list[float] = []
    answer = json.dumps({"posts": POSTS})
    pieces = [answer[at : at + piece_length] for at in range(0, len(answer), piece_length)]

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            start = time.perf_counter()
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            time.sleep(think_s)
            for piece in pieces:
                time.sleep(piece_s)
                self._event({"delta": {"content": piece}, "finish_reason": None})
            busy.append(time.perf_counter() - start)
            self._event({"delta": {}, "finish_reason": "stop"})
            self.wfile.write(b"data: [DONE]\n\n")

        def _event(self, choice: dict[str, object]) -> None:
            about = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}
            event = json.dumps({**about, "choices": [{"index": 0, **choice}]})
            self.wfile.write(f"data: {event}\n\n".encode())
            self.wfile.flush()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", busy
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
