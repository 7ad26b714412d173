"""Time of writing: a post of the embedded writer, and the loop's own share of a post by a chat model.

The chat model is a server on loopback that streams three candidates, a piece every few milliseconds; it knows what to
say, so that all time beyond its own is EmotiGram's.

Run: python benchmarks/writing.py PHOTO  (prints Markdown tables for docs/benchmarks.md)
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path
from threading import Thread

from emotigram import Reading, catalogue, open_photo, open_studio
from emotigram.studio import Studio

REPEATS = 60
PIECE_S, PIECE_LENGTH = 0.005, 12  # seconds between pieces, characters of a piece
POSTS = [
    {"title": "", "text": text, "hashtags": ["littlejoys", "today"], "alt_text": "What the photo shows."}
    for text in (
        "I am so happy with today. Nothing big happened, and it was wonderful all the same. I would do it again.",
        "What a lovely day this was. I keep smiling whenever I look at it, and I hope that stays for a while.",
        "Some days are just kind. This one made me really happy, and I wanted to keep a little of it here.",
    )
]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photo", type=Path)
    photo = parser.parse_args().photo
    studio = open_studio(writer="embedded")
    reading = studio.read(open_photo(photo))
    print(_machine())
    print(f"\n{REPEATS} posts each, the first ones left out; of {photo.name}.")
    print("\n| embedded writer | languages | ms a post | 95 % under |\n|---|---|---|---|")
    languages = [key.key for key in catalogue.languages() if key.key in ("zh", "zh-TW", "en", "ja", "ko", "es")]
    for place in catalogue.platforms():
        times = [each for language in languages for each in _embedded(studio, reading, place.key, language)]
        print(f"| {place.key} | {len(languages)} | {statistics.mean(times):.1f} | {_late(times):.1f} |")
    print("\n| chat model, three candidates | ms | 95 % under |\n|---|---|---|")
    for name, times in _chat(reading).items():
        print(f"| {name} | {statistics.mean(times):.1f} | {_late(times):.1f} |")


def _machine() -> str:
    names = ("emotigram", "onnxruntime", "openai", "py3langid", "opencc", "twitter-text-parser")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in names)
    return f"{os.cpu_count()} cores {platform.machine()}, Python {platform.python_version()}, {versions}, seed 0"


def _late(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def _embedded(studio: Studio, reading: Reading, place: str, language: str) -> list[float]:
    times = []
    for seed in range(REPEATS // 6 + 1):
        start = time.perf_counter()
        studio.write(reading, platform=place, language=language, seed=seed, tone="positive")
        times.append(1000 * (time.perf_counter() - start))
    return times[1:]


def _chat(reading: Reading) -> dict[str, list[float]]:
    figures: dict[str, list[float]] = {
        "first words, after the request": [],
        "whole post": [],
        "of that EmotiGram's own": [],
    }
    with _server() as (url, busy):
        studio = open_studio(writer="chat", base_url=url, language="en", platform="instagram", interface="en")
        for attempt in range(REPEATS + 5):
            start = time.perf_counter()
            shown = studio.stream(reading, tone="positive")
            next(shown)
            first = time.perf_counter()
            *_, post = shown
            end = time.perf_counter()
            assert post.written_by.startswith("chat:"), post.notes
            if attempt >= 5:
                measured = (first - start, end - start, end - start - busy.pop())
                for times, seconds in zip(figures.values(), measured, strict=True):
                    times.append(1000 * seconds)
    return figures


@contextmanager
def _server() -> Iterator[tuple[str, list[float]]]:
    """A chat server and the list to which it adds how long each answer took it, pauses included."""
    busy: list[float] = []
    answer = json.dumps({"posts": POSTS})
    pieces = [answer[at : at + PIECE_LENGTH] for at in range(0, len(answer), PIECE_LENGTH)]

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            start = time.perf_counter()
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            for piece in pieces:
                time.sleep(PIECE_S)
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


if __name__ == "__main__":
    main()
