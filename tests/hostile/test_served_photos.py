"""Hostile photos sent to a server: each is answered, others are served meanwhile, and it ends when told to."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.apps.api.process import Process, served
from tests.apps.api.server import PATIENCE_S
from tests.hostile import corpus as make

_HOLDS_UP = make.jpeg_of_scans((10_000, 10_000), 60)  # seconds of work
_MEGABYTE = 1_000_000


def _api(home: Path) -> AbstractContextManager[Process]:
    return served(home, "--no-page", log_format="json", shutdown_s="1")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The API as a process."""
    with _api(tmp_path_factory.mktemp("served")) as process:
        yield process


def client_of(server: Process, language: str = "en") -> httpx2.Client:
    return httpx2.Client(base_url=server.url, timeout=PATIENCE_S, headers={"Accept-Language": language})


def memory_of(server: Process) -> int:
    """Bytes that the server and what decodes for it hold."""
    process = psutil.Process(server.process.pid)
    return sum(each.memory_info().rss for each in (process, *process.children()))


@pytest.mark.nightly  # by day test_photos.py opens a few of each kind
@pytest.mark.parametrize(("corpus", "every"), [("few", 1), ("all", 3)], indirect=["corpus"])
def test_hostile_photos_are_answered_and_cost_nothing_later(
    server: Process, corpus: dict[str, list[Path]], every: int, china: Path
) -> None:
    paths = [path for paths in corpus.values() for path in paths if path.stat().st_size < 24 * _MEGABYTE][::every]
    with client_of(server) as client, client_of(server, "zh") as chinese, ThreadPoolExecutor(4) as threads:

        def ordinary() -> int:
            return client.post("/v1/readings", files={"photos": china.read_bytes()}).status_code

        def send(at: int) -> httpx2.Response:
            return (client, chinese)[at % 2].post("/v1/readings", files={"photos": paths[at].read_bytes()})

        assert {*threads.map(lambda _: ordinary(), range(40))} == {201}
        before = memory_of(server)
        answers = [*threads.map(send, range(len(paths)))]
        assert {ordinary() for _ in range(8)} == {201}
        after = memory_of(server)
    assert {answer.status_code for answer in answers} == {201, 413, 415, 422}
    for at, answer in enumerate(answers):
        if answer.status_code != 201:
            problem = answer.json()
            assert problem["code"].startswith("photo_")
            assert problem["detail"]
            assert problem["hint"]
            assert problem["hint"].isascii() == (at % 2 == 0)
    assert after < before * 1.1
    assert '"event": "fault"' not in server.log.read_text()


def test_ordinary_photos_are_read_while_slow_ones_are_decoded(server: Process, china: Path) -> None:
    def send_slow_ones() -> None:
        for _ in range(6):
            client.post("/v1/readings", files={"photos": _HOLDS_UP})

    with client_of(server) as client, ThreadPoolExecutor(2) as threads:
        slow = [threads.submit(send_slow_ones) for _ in range(2)]
        ordinary = [client.post("/v1/readings", files={"photos": china.read_bytes()}).status_code for _ in range(3)]
        assert not all(each.done() for each in slow)
        assert ordinary == [201] * 3


def test_a_server_that_decodes_slow_photos_ends_when_told(tmp_path: Path) -> None:
    with _api(tmp_path) as server, client_of(server) as client, ThreadPoolExecutor(6) as threads:
        slow = [threads.submit(client.post, "/v1/readings", files={"photos": _HOLDS_UP}) for _ in range(6)]
        decoding = _workers(server)
        server.process.terminate()
        assert server.process.wait(PATIENCE_S) == 0
        for each in slow:
            each.exception()
    _, alive = psutil.wait_procs(decoding, timeout=PATIENCE_S)
    assert not [each for each in alive if each.status() != psutil.STATUS_ZOMBIE]


def _workers(server: Process) -> list[psutil.Process]:
    found: list[psutil.Process] = psutil.Process(server.process.pid).children()
    assert found
    return found
