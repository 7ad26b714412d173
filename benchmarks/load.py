"""A server process on loopback and callers that ask it, for the benchmarks of serving."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import itertools
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

import httpx2
import psutil

CONNECTIONS = 200
ENDS_WITHIN_S = 60


@dataclass(frozen=True)
class Server:
    """A server process."""

    url: str
    process: subprocess.Popen[str]
    log: Path

    def memory_mb(self) -> float:
        """Resident memory now, of the process and of those that decode for it."""
        return sum(each[0] for each in self.costs()) / 1e6

    def computed_s(self) -> float:
        """Seconds of computing so far, of the processes that still run."""
        return sum(each[1] for each in self.costs())

    def costs(self) -> list[tuple[int, float]]:
        """Bytes of memory and seconds of computing of each process."""
        me, told = psutil.Process(self.process.pid), []
        for each in (me, *me.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                told.append((each.memory_info().rss, sum(each.cpu_times()[:2])))
        return told


@dataclass
class Tally:
    """What callers were answered."""

    seconds: list[float] = field(default_factory=list)
    wrong: int = 0  # an answer of another photo
    refused: int = 0
    failed: int = 0

    @property
    def right(self) -> int:
        """Answers of the caller's own photo."""
        return len(self.seconds)

    def late_s(self) -> float:
        """The time that 95 % were under."""
        return sorted(self.seconds)[int(len(self.seconds) * 0.95)]


async def let_ask(
    callers: int,
    ask: Callable[[Tally], object],
    *,
    ends_at: float = 0,
    count: int = 0,
    tally: Tally | None = None,
) -> Tally:
    """Let callers ask again and again, until a time or a number."""
    told, left = tally or Tally(), itertools.count(1)

    async def caller() -> None:
        while next(left) <= count if count else time.perf_counter() < ends_at:
            await ask(told)  # type: ignore[misc]

    await asyncio.gather(*(caller() for _ in range(callers)))
    return told


async def read(client: httpx2.AsyncClient, photo: bytes, tally: Tally) -> None:
    """Have a photo read, and note what came of it."""
    began = time.perf_counter()
    try:
        answer = await client.post("/v1/readings", files={"photos": photo})
    except httpx2.TransportError:
        tally.failed += 1
        return
    if answer.status_code != 201:
        tally.refused += 1
    elif answer.json()["reading"]["photos"][0]["sha256"] != hashlib.sha256(photo).hexdigest():
        tally.wrong += 1
    else:
        tally.seconds.append(time.perf_counter() - began)


def own(photos: list[bytes], number: int) -> bytes:
    """A photo like no other: what follows its end changes the file's hash and nothing that is seen."""
    return photos[number % len(photos)] + number.to_bytes(8)


def calling(url: str) -> httpx2.AsyncClient:
    """A client for all callers."""
    limits = httpx2.Limits(max_connections=CONNECTIONS)
    return httpx2.AsyncClient(base_url=url, timeout=120, limits=limits)


@contextlib.contextmanager
def serving(environment: dict[str, str] | None = None) -> Iterator[Server]:
    """A server without the page, ended on leaving."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    with tempfile.TemporaryDirectory() as home:
        log = Path(home) / "log"
        ours = {"HOME": home, "EMOTIGRAM_WRITER": "embedded", "EMOTIGRAM_LOG_FORMAT": "json", **(environment or {})}
        command = [sys.executable, "-m", "emotigram", "--interface", "en", "serve", "--no-page", "--port", port]
        with log.open("w") as errors:
            process = subprocess.Popen(
                command, env={**os.environ, **ours}, cwd=home, text=True, stdout=subprocess.PIPE, stderr=errors
            )
        assert process.stdout is not None
        process.stdout.readline()
        yield Server(f"http://127.0.0.1:{port}", process, log)
        process.terminate()
        try:
            process.communicate(timeout=ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def machine() -> str:
    """What was measured on."""
    names = ("emotigram", "fastapi", "uvicorn", "onnxruntime", "httpx2")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in names)
    return f"{os.cpu_count()} cores {platform.machine()}, Python {platform.python_version()}, {versions}, seed 0\n"
