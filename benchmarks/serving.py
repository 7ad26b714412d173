"""The server under load, and beside a page that is one blocking function; all on this computer's loopback.

Readings: 16 callers, each asking again as soon as it is answered. Memory: the server's own, every 500 of 3,000
requests. Streams: 100 callers at once, each with a photo, told each step. Beside it: the first system's page was one
function that read, judged and wrote before it showed anything; here both ways have the same engines and the same chat
model, a server on loopback that thinks and speaks at the pace of a real one.

Run: python benchmarks/serving.py PHOTO [PHOTO ...]  (prints Markdown tables for docs/benchmarks.md)
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import itertools
import json
import statistics
import time
from collections.abc import AsyncIterator
from pathlib import Path
from threading import Lock

import httpx2
from chat_model import chat_model
from load import Server, Tally, calling, let_ask, machine, own, read, serving

from emotigram import open_photo, open_studio

CALLERS, STREAMS, REQUESTS, EVERY = 16, 100, 3000, 500
THINKS_S, PIECE_S, PIECE_LENGTH = 1.0, 0.025, 4  # a chat model's first token, then 40 tokens of 4 letters a second
VISITORS = 4


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photo", type=Path, nargs="+")
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    print(machine())
    photos = [path.read_bytes() for path in options.photo]
    sizes = [(open_photo(path).width_px, open_photo(path).height_px, len(path.read_bytes())) for path in options.photo]
    print("Photos: " + ", ".join(f"{width}x{height}, {size // 1000} kB" for width, height, size in sizes) + ".\n")
    with serving() as server:
        asyncio.run(_load(server, photos, options.seconds))
    with serving() as server:
        asyncio.run(_ending(server, photos))
    asyncio.run(_beside(options.photo[0]))


async def _load(server: Server, photos: list[bytes], seconds: float) -> None:
    numbers, ends_at = itertools.count(), time.perf_counter() + seconds
    async with calling(server.url) as client:
        await read(client, photos[0], Tally())
        readings = await let_ask(
            CALLERS, lambda tally: read(client, own(photos, next(numbers)), tally), ends_at=ends_at
        )
        memory, flat = [], Tally()
        for _ in range(REQUESTS // EVERY):
            await let_ask(
                CALLERS, lambda tally: read(client, own(photos, next(numbers)), tally), count=EVERY, tally=flat
            )
            memory.append(server.memory_mb())
        began = time.perf_counter()
        streams = Tally()
        firsts = await asyncio.gather(
            *(_stream(client, own(photos, next(numbers)), streams, began) for _ in range(STREAMS))
        )
    spread = max(abs(each / memory[0] - 1) for each in memory)
    print("| load | wanted | measured |\n|---|---|---|")
    print(f"| readings a second, {CALLERS} callers, {seconds:.0f} s | >= 10 | {readings.right / seconds:.1f} |")
    print(f"| 95 % of them within, s | <= 1.5 | {readings.late_s():.2f} |")
    print(f"| median, s | - | {statistics.median(readings.seconds):.2f} |")
    told = [readings, flat, streams]
    print(
        f"| answers of another photo, of {sum(each.right for each in told)} | 0 | {sum(each.wrong for each in told)} |"
    )
    print(f"| lost or refused | 0 | {sum(each.failed + each.refused for each in told)} |")
    marks = ", ".join(f"{each:.0f}" for each in memory)
    print(f"| memory after each {EVERY} of {REQUESTS} requests, MB | +- 10 % | {marks}: +- {spread:.1%} |")
    print(f"| {STREAMS} streams at once: whole posts | {STREAMS} | {streams.right} |")
    print(f"| the first of them told something after, s | - | {min(firsts):.2f} |")
    print(f"| the last of them had its post after, s | - | {max(streams.seconds):.2f} |")


async def _ending(server: Server, photos: list[bytes]) -> None:
    """Tell the process to end while callers ask, and hold its log against what they were answered."""
    answered: set[str] = set()

    async def ask(number: int) -> None:
        header = {"X-Request-ID": f"load-{number}"}
        with contextlib.suppress(httpx2.TransportError):
            answer = await client.post("/v1/readings", files={"photos": own(photos, number)}, headers=header)
            answered.add(answer.headers["x-request-id"])

    async with calling(server.url) as client:
        asked = [asyncio.ensure_future(ask(number)) for number in range(CALLERS * 12)]
        await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        server.process.terminate()
        await asyncio.gather(*asked)
    code = server.process.wait()
    events = [json.loads(line) for line in server.log.read_text().splitlines()]
    accepted = {event["request_id"] for event in events if event["event"] == "accepted"}
    lost = len(accepted - answered)
    asks = f"kill -TERM while {CALLERS * 12} ask"
    print(f"| {asks}: accepted, lost, exit code | 0 lost, 0 | {len(accepted)}, {lost}, {code} |")


async def _beside(photo: Path) -> None:
    """Time to the first useful text and to the last, for one visitor and for several at once."""
    with chat_model(PIECE_LENGTH, PIECE_S, THINKS_S) as (chat, _):
        options = {"writer": "chat", "base_url": chat, "api_key": "none", "captioner": "embedded", "language": "en"}
        studio, turn = open_studio(**options), Lock()

        def blocking(began: float) -> tuple[float, float]:
            with turn:  # one function, of which its page ran one at a time
                studio.write(studio.read(open_photo(photo)))
                return (time.perf_counter() - began,) * 2

        environment = {f"EMOTIGRAM_{name.upper()}": str(value) for name, value in options.items()}
        pace = f"first word after {THINKS_S:.0f} s, then {1 / PIECE_S:.0f} tokens a second"
        print(f"\nA chat model at a real one's pace ({pace}); seconds; {photo.name}.\n")
        print("| page | visitors | first useful text | last text |\n|---|---|---|---|")
        with serving(environment) as server:
            async with calling(server.url) as client:
                await _told(client, photo, time.perf_counter())
                blocking(time.perf_counter())
                for visitors in (1, VISITORS):
                    began = time.perf_counter()
                    calls = [asyncio.to_thread(blocking, began) for _ in range(visitors)]
                    _show(visitors, "one blocking function", await asyncio.gather(*calls))
                    began = time.perf_counter()
                    told = [_told(client, photo, began) for _ in range(visitors)]
                    _show(visitors, "EmotiGram", await asyncio.gather(*told))


def _show(visitors: int, name: str, times: list[tuple[float, float]]) -> None:
    first, last = (statistics.median(each) for each in zip(*times, strict=True))
    print(f"| {name} | {visitors} | {first:.2f} | {last:.2f} (slowest {max(time for _, time in times):.2f}) |")


async def _told(client: httpx2.AsyncClient, photo: Path, began: float) -> tuple[float, float]:
    """Seconds until the description came, and until the post did."""
    first = 0.0
    async for name in _events(client, photo.read_bytes(), Tally()):
        first = first or (time.perf_counter() - began if name == "captions" else 0.0)
    return first, time.perf_counter() - began


async def _stream(client: httpx2.AsyncClient, photo: bytes, tally: Tally, began: float) -> float:
    """Seconds until something was told; the tally has those until the post."""
    first = 0.0
    async for name in _events(client, photo, tally):
        first = first or time.perf_counter() - began
        if name == "post":
            tally.seconds.append(time.perf_counter() - began)
    return first


async def _events(client: httpx2.AsyncClient, photo: bytes, tally: Tally) -> AsyncIterator[str]:
    name, headers = "", {"Accept": "text/event-stream"}
    async with client.stream("POST", "/v1/posts", files={"photos": photo}, headers=headers) as answer:
        if answer.status_code != 200:
            tally.refused += 1
            return
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                said = json.loads(line.removeprefix("data: "))
                tally.wrong += name == "post" and said["photos"][0]["sha256"] != hashlib.sha256(photo).hexdigest()
                yield name


if __name__ == "__main__":
    main()
