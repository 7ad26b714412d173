"""The server under hostile photos: what becomes of them, what they cost, and what others notice; on loopback alone.

Every photo of the corpus of ``tests/hostile`` goes to a running server; then those that used to take gigabytes, many at
a time, and large ordinary ones; then 16 ordinary callers read beside one that sends nothing but slow photos; at last
the process is told to end while such photos come in. ``--beside`` names the sources of another version, which are
measured in the same run. At first, what a process of its own costs an ordinary photo, beside decoding it right here as
was done before.

Run: python -m benchmarks.hostile PHOTO [PHOTO ...]  (prints Markdown tables for docs/benchmarks.md)
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import io
import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import httpx2
import numpy as np
from PIL import Image
from PIL.JpegImagePlugin import jpeg_factory

sys.path.insert(0, str(Path(__file__).parents[1]))
from load import ENDS_WITHIN_S, Server, Tally, calling, let_ask, machine, own, read, serving
from tests.hostile import corpus

from emotigram import open_photo
from emotigram.imaging.decoding.upright import rebuild

CALLERS, LARGE, REPEATED, SECONDS = 16, 50, 40, 30.0
_PATIENCE_S = 120
_CAMERA = (5472, 3648)  # 20 megapixels
_SIZES = {
    "640 x 427": (640, 427),
    "8 megapixels": (3264, 2448),
    "12 megapixels": (4032, 3024),
    "20 megapixels": _CAMERA,
}
_OPENED = 16


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photo", type=Path, nargs="+")
    parser.add_argument("--beside", type=Path, help="sources (src) of another version")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    options = parser.parse_args()
    print(machine())
    photos = [path.read_bytes() for path in options.photo]
    _opening(photos[0])
    with tempfile.TemporaryDirectory() as folder:
        files = {kind: [path.read_bytes() for path in paths] for kind, paths in corpus.write(Path(folder)).items()}
    with serving() as server:
        asyncio.run(_corpus(server, files, photos))
    sources = {"now": None, **({"before": options.beside} if options.beside else {})}
    for name, source in sources.items():
        environment = {"PYTHONPATH": str(source)} if source else {}
        print(f"\n| {name} | |\n|---|---|")
        for title, bodies in _costly(photos[0]).items():
            with serving(environment) as server, contextlib.suppress(httpx2.TimeoutException):
                asyncio.run(_memory(server, title, bodies))
        with serving(environment) as server:
            asyncio.run(_beside_slow(server, photos, options.seconds))
        with serving({**environment, "EMOTIGRAM_SHUTDOWN_S": "5"}) as server:
            asyncio.run(_ending(server))


def _opening(photo: bytes) -> None:
    print("| opening a JPEG | decoded here, ms | in a process of its own, ms | ratio |\n|---|---|---|---|")
    for name, size in _SIZES.items():
        data = _enlarged(photo, size)
        ways: tuple[Callable[[bytes], object], ...] = (_opened_here, open_photo)
        times: list[list[float]] = [[], []]
        for _ in range(_OPENED):
            for way, taken in zip(ways, times, strict=True):
                began = time.perf_counter()
                way(data)
                taken.append(time.perf_counter() - began)
        here, apart = (statistics.median(each[1:]) * 1000 for each in times)  # the first one starts the process
        print(f"| {name}, {len(data) / 1e6:.1f} MB | {here:.1f} | {apart:.1f} | {apart / here:.2f} |")
    print()


def _opened_here(data: bytes) -> object:
    hashlib.sha256(data).hexdigest()
    with jpeg_factory(io.BytesIO(data), "") as image:
        image.load()
        return rebuild(image, int(image.getexif().get(0x0112, 1)))


def _costly(photo: bytes) -> dict[str, list[bytes]]:
    pictures = dict(corpus.large_pictures())
    return {
        f"{REPEATED} x a GIF of 10,000 x 10,000 in 35 bytes": [pictures["header_35_bytes.gif"]] * REPEATED,
        "a float TIFF of 100 megapixels": [pictures["float.tif"]],
        "a PNG of 1 x 100,000,000": [pictures["one_wide.png"]],
        f"{LARGE} x an ordinary JPEG of 20 megapixels": [_enlarged(photo, _CAMERA)] * LARGE,
    }


def _enlarged(photo: bytes, size: tuple[int, int]) -> bytes:
    """A photo as large as a camera makes them, with the grain that costs decoders their time."""
    image = Image.open(io.BytesIO(photo)).convert("RGB").resize(size, Image.Resampling.BICUBIC)
    grain = np.random.default_rng(0).normal(0, 6, (image.height, image.width, 1))
    out = io.BytesIO()
    Image.fromarray((np.asarray(image) + grain).clip(0, 255).astype(np.uint8)).save(out, "JPEG", quality=90)
    return out.getvalue()


async def _corpus(server: Server, files: dict[str, list[bytes]], photos: list[bytes]) -> None:
    photo = photos[0]
    async with calling(server.url) as client:
        await let_ask(CALLERS, lambda tally: read(client, photo, tally), count=200)
        usual = await _usual_s(client, photo)
        began = server.memory_mb()
        print("| photos | files | read | refused as | other answers |\n|---|---|---|---|---|")
        for kind, bodies in files.items():
            answers = [await client.post("/v1/readings", files={"photos": body}) for body in bodies]
            codes = Counter(each.json()["code"] for each in answers if 400 <= each.status_code < 500)
            right, told = sum(each.status_code == 201 for each in answers), sum(codes.values())
            named = ", ".join(f"{code} {count}" for code, count in codes.most_common())
            print(f"| {kind} | {len(bodies)} | {right} | {named} | {len(answers) - right - told} |")
        after = await _usual_s(client, photo)
        print(f"\nAn ordinary photo: {usual * 1000:.0f} ms before the corpus, {after * 1000:.0f} ms after it.")
        print(f"Memory: {began:.0f} MB before, {server.memory_mb():.0f} MB after.")


async def _usual_s(client: httpx2.AsyncClient, photo: bytes) -> float:
    tally = Tally()
    for _ in range(20):
        await read(client, photo, tally)
    return statistics.median(tally.seconds)


async def _memory(server: Server, title: str, bodies: list[bytes]) -> None:
    async with calling(server.url) as client:
        with _watched(server) as peak:
            answers = await asyncio.gather(*(client.post("/v1/readings", files={"photos": body}) for body in bodies))
    codes = Counter(str(each.status_code) for each in answers)
    print(f"| {title}: peak MB | {peak[0]:.0f} ({', '.join(f'{n} x {code}' for code, n in codes.items())}) |")


@contextlib.contextmanager
def _watched(server: Server) -> Iterator[list[float]]:
    """The most memory seen, ten times a second."""
    done, peak = Event(), [0.0]

    def watch() -> None:
        while not done.wait(0.02):
            peak[0] = max(peak[0], server.memory_mb())

    watcher = Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()


async def _beside_slow(server: Server, photos: list[bytes], seconds: float) -> None:
    """The times of ordinary callers, alone and beside one that sends slow photos."""
    slow, numbers = [body for _, body in (*corpus.slow_jpegs(), *corpus.slow_gifs())], itertools.count()
    slow += [body for name, body in corpus.large_pictures() if name.startswith("whole")]

    async def send_slow() -> None:
        for body in itertools.cycle(slow):
            await client.post("/v1/readings", files={"photos": body}, timeout=_PATIENCE_S)

    async with calling(server.url) as client:
        await read(client, photos[0], Tally())
        told = []
        for is_beside in (False, True):
            other = asyncio.ensure_future(send_slow()) if is_beside else None
            ends_at = time.perf_counter() + seconds
            told.append(
                await let_ask(CALLERS, lambda tally: read(client, own(photos, next(numbers)), tally), ends_at=ends_at)
            )
            if other:
                other.cancel()
    alone, beside = told
    print(f"| {CALLERS} ordinary callers: 95 % within, s | {alone.late_s():.2f} |")
    print(f"| the same beside one that sends slow photos | {beside.late_s():.2f} ({_ratio(beside, alone)}) |")
    print(f"| of these lost or refused | {beside.failed + beside.refused} of {beside.right} |")


def _ratio(beside: Tally, alone: Tally) -> str:
    return f"{beside.late_s() / alone.late_s():.2f} times"


async def _ending(server: Server) -> None:
    """How long the process takes to end while slow photos come in."""
    slow = corpus.jpeg_of_scans((10_000, 10_000), 60)
    async with calling(server.url) as client:
        asked = [asyncio.ensure_future(client.post("/v1/readings", files={"photos": slow})) for _ in range(CALLERS)]
        await asyncio.sleep(2)
        server.process.terminate()
        began = time.perf_counter()
        try:
            code = await asyncio.to_thread(server.process.wait, ENDS_WITHIN_S)
            told = f"{time.perf_counter() - began:.1f}, exit code {code}"
        except subprocess.TimeoutExpired:
            server.process.kill()
            told = f"not within {ENDS_WITHIN_S}"
        await asyncio.gather(*asked, return_exceptions=True)
    print(f"| kill -TERM among slow photos, shutdown_s 5: ended after, s | {told} |")


if __name__ == "__main__":
    main()
