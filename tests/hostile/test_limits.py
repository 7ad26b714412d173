"""Limits of the whole process, for every path of it: sizes, seconds, connections."""

from __future__ import annotations

import json
import select
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from emotigram.apps.http.connections import Connections
from emotigram.errors import QueueFull, TooManyConnections
from emotigram.settings import load_settings
from tests.apps.api.process import Process, served
from tests.apps.api.server import PATIENCE_S, api
from tests.hostile.wire import ask, connect, rest, send, told

EVENT = "/gradio_api/queue/join"
PATHS = [
    *(EVENT, "/gradio_api/upload", "/gradio_api/run/predict", "/", "/page/photos", "/export/a.zip", "/static/a.js"),
    *("/nothing", "/docs", "/metrics", "/healthz", "/v1/posts", "/v1/readings", "/v1/styles", "/v1/none"),
]
TAKE_PHOTOS = ("/page/photos", "/v1/posts", "/v1/readings")
HOST = b"Host: 127.0.0.1\r\n"
HALF = b"GET /healthz HTTP/1.1\r\n" + HOST + b"Accept: "
DEEP = {
    "lists": b"[" * 100_000,
    "lists that end": b"[" * 900 + b"]" * 900,
    "objects": b'{"a":' * 900 + b"1" + b"}" * 900,
    "both": b'{"data": [{"a":' + b'[{"b":' * 400 + b"1" + b"}]" * 400 + b"}]}",
    "after a text that seems to end": b'{"a": "\\"[[", "data": ' + b"[" * 900 + b"]" * 900 + b"}",
    "in UTF-16": ('{"\u2222": ' + "[" * 900 + "]" * 900 + "}").encode("utf-16-le"),
    "in UTF-32": ("[" * 900 + "]" * 900).encode("utf-32"),
}


def post(path: str, *headers: bytes, kind: bytes = b"application/json") -> bytes:
    lines = (HOST, b"Content-Type: " + kind + b"\r\n", *(each + b"\r\n" for each in headers), b"\r\n")
    return b"POST " + path.encode() + b" HTTP/1.1\r\n" + b"".join(lines)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """Page and API, with little patience and few places."""
    home = tmp_path_factory.mktemp("served")
    impatient = {"header_timeout_s": "1", "upload_timeout_s": "1.5", "send_timeout_s": "1"}
    few = {"max_connections": "100", "max_upload_mb": "3"}
    with served(home, "--no-open", keys_file=str(home / "keys.sqlite3"), **impatient, **few) as process:
        yield process


@pytest.fixture
def keys_file(tmp_path: Path) -> Path:
    return tmp_path / "keys.sqlite3"


def resident_mb(server: Process) -> float:
    status = Path(f"/proc/{server.process.pid}/status")
    if not status.exists():
        pytest.skip("memory of another process is read from /proc")
    line = next(each for each in status.read_text().splitlines() if each.startswith("VmRSS"))
    return int(line.split()[1]) / 1000


def test_no_path_takes_a_body_without_limit(server: Process) -> None:
    piece = b"40000\r\n" + b"[" * 0x40000 + b"\r\n"

    def refused(path: str) -> None:
        is_nowhere = not path.startswith(("/v1", "/healthz", "/readyz", "/metrics", "/page", EVENT))
        announced = ask(server.url, post(path, b"Content-Length: 1500000000"))
        told = (404, "address_unknown") if is_nowhere else (413, "request_too_large")
        assert (announced.status, announced.problem["code"]) == told, path
        grown = ask(server.url, post(path, b"Transfer-Encoding: chunked", kind=b"text/plain"), *[piece] * 40)
        assert grown.status in ((404,) if is_nowhere else (413, 415) if path in TAKE_PHOTOS else (413,)), path

    with ThreadPoolExecutor(len(PATHS)) as threads:
        assert [*threads.map(refused, PATHS)] == [None] * len(PATHS)


def test_a_photo_may_be_larger_than_an_event_and_has_a_limit_too(server: Process) -> None:
    kind = {"Content-Type": "application/octet-stream"}
    with httpx2.Client(base_url=server.url, timeout=PATIENCE_S) as client:
        assert client.post("/page/photos", content=bytes(2_900_000), headers=kind).status_code == 200
        assert client.post("/page/photos", content=bytes(3_100_000), headers=kind).status_code == 413
        assert client.post("/page/photos", content=iter([bytes(100_000)] * 40), headers=kind).status_code == 413


def test_a_flood_of_json_leaves_no_memory_behind(server: Process) -> None:
    ask(server.url, post(EVENT, b"Content-Length: 3000000"), bytes(100_000))
    before = resident_mb(server)
    piece = b"100000\r\n" + b"[1]," * 0x40000 + b"\r\n"

    def flood(_: int) -> int:
        return ask(server.url, post(EVENT, b"Transfer-Encoding: chunked"), *[piece] * 20).status

    with ThreadPoolExecutor(20) as threads:
        assert [*threads.map(flood, range(20))] == [413] * 20
    assert resident_mb(server) < before + 25


@pytest.mark.parametrize("name", DEEP)
def test_events_are_not_nested_without_end(server: Process, name: str) -> None:
    answer = httpx2.post(server.url + EVENT, content=DEEP[name], headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "request_malformed")


def test_heads_that_do_not_end_are_closed_and_others_are_answered_meanwhile(server: Process) -> None:
    with ExitStack() as stack:
        lines = [stack.enter_context(connect(server.url)) for _ in range(300)]
        for number, line in enumerate(lines):
            send(line, HALF[: 1 + number % len(HALF)])
        for path in ("/healthz", "/"):
            assert httpx2.get(server.url + path, timeout=PATIENCE_S).status_code == 200
        answers = [told(rest(line)) for line in lines]
    late = [answer for answer in answers if answer.status]
    assert late
    assert {answer.problem["code"] for answer in late} == {"upload_too_slow"}
    assert {answer.status for answer in late} == {408}


def test_connections_that_never_ask_are_closed(server: Process) -> None:
    with connect(server.url) as line:
        assert rest(line) == b""


def trickle(url: str, head: bytes) -> bytes:
    """Send one byte after the other until the server has closed the connection."""
    with connect(url) as line:
        line.sendall(head)
        line.settimeout(0.02)
        came = b""
        for _ in range(50_000):
            try:
                data = line.recv(65536)
            except TimeoutError:
                try:
                    line.sendall(b"a")
                except ConnectionError:
                    return came
            except ConnectionError:
                return came
            else:
                came += data
                if not data:
                    return came
    raise AssertionError("it took bytes for ever")


@pytest.mark.parametrize(
    "head",
    [
        HALF,
        b"POST / HTTP/1.1\r\n",
        b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n" + HALF,  # a second one, after one that was answered
        *(post(path, b"Content-Length: 100000") for path in (EVENT, "/v1/posts")),
        post("/page/photos", b"Content-Length: 100000", kind=b"application/octet-stream"),
        post(EVENT, b"Transfer-Encoding: chunked") + b"10000\r\n",
    ],
)  # fmt: skip
def test_bytes_that_trickle_in_end_at_the_deadline(server: Process, head: bytes) -> None:
    assert b"upload_too_slow" in trickle(server.url, head)


def test_what_trickles_in_after_an_answer_ends_too(server: Process) -> None:
    for path in ("/", "/nothing"):
        assert trickle(server.url, post(path, b"Content-Length: 100000")).startswith(b"HTTP/1.1 404")
    head = post("/page/photos", b"Content-Length: 100000", kind=b"text/html")
    assert trickle(server.url, head).startswith(b"HTTP/1.1 415")


def test_who_does_not_read_an_answer_is_let_go(server: Process) -> None:
    with connect(server.url, receive_buffer=4096) as line:
        send(line, (b"GET /static-offline-docs/swagger-ui-bundle.js HTTP/1.1\r\n" + HOST + b"\r\n") * 30)  # 45 MB
        gone = select.poll()
        gone.register(line, select.POLLERR | select.POLLHUP)
        assert gone.poll(PATIENCE_S * 1000)
    assert httpx2.get(server.url + "/healthz").status_code == 200


def working(url: str, *headers: bytes) -> socket.socket:
    """A connection with a request at work: the server waits for the body of a photo."""
    line = connect(url)
    wanted = (b"Content-Length: 1000", b"Expect: 100-continue", *headers)
    line.sendall(post("/v1/readings", *wanted, kind=b"multipart/form-data; boundary=x"))
    assert line.recv(100).startswith(b"HTTP/1.1 100 ")
    return line


def test_a_client_has_no_more_than_its_share(keys_file: Path) -> None:
    """Behind a proxy on this computer, whose word for who asks is taken."""
    with api(max_connections_per_client=3, keys_file=keys_file) as client, ExitStack() as stack:
        url, greedy = str(client.base_url), b"X-Forwarded-For: 203.0.113.9"
        for _ in range(3):
            stack.enter_context(working(url, greedy))
        refused = client.get("/v1/styles", headers={"X-Forwarded-For": "203.0.113.9"})
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_connections")
        assert refused.headers["retry-after"]
        for other in ("203.0.113.10", "2001:db8::1"):
            assert client.get("/v1/styles", headers={"X-Forwarded-For": other}).status_code == 200
        assert client.get("/v1/styles").status_code == 200


def test_idle_connections_make_room_and_those_at_work_do_not(keys_file: Path) -> None:
    with api(max_connections=3, keys_file=keys_file) as client, ExitStack() as stack:
        url, lines = str(client.base_url), []
        for _ in range(3):
            line = stack.enter_context(connect(url))
            line.sendall(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
            answer = b""
            while not answer.endswith(b"}"):
                answer += line.recv(65536)
            lines.append(line)
        stack.enter_context(working(url))
        assert rest(lines[0]) == b""  # the one that waited longest
        for _ in range(2):
            stack.enter_context(working(url))
        full = told(rest(stack.enter_context(connect(url))))
        assert (full.status, full.problem["code"]) == (503, "queue_full")
        assert "Retry-After" in full.head
        stack.close()
        assert client.get("/healthz").status_code == 200


@dataclass(eq=False)
class Held:
    """A connection from somewhere, at work or idle."""

    peer: str
    spare: int | None = None
    is_dropped: bool = False

    def check(self, now_s: float) -> None:
        pass

    def drop(self) -> None:
        self.is_dropped = True


@pytest.mark.parametrize(
    ("peers", "next_one", "is_let_in"),
    [
        (["198.51.100.1"] * 2, "198.51.100.1", False),
        (["198.51.100.1"] * 2, "198.51.100.2", True),
        (["198.51.100.1"] * 2, "::ffff:198.51.100.1", False),
        (["2001:db8:0:1::1", "2001:db8:0:1:ffff::2"], "2001:db8:0:1::3", False),
        (["2001:db8:0:1::1"] * 2, "2001:db8:0:2::1", True),
        (["127.0.0.1"] * 2, "127.0.0.1", True),
        (["::1"] * 2, "::1", True),
        (["172.17.0.1"] * 2, "172.17.0.1", True),
        (["fe80::1%eth0"] * 2, "fe80::1%eth0", False),
    ],
)
def test_one_address_has_its_share_of_connections(peers: list[str], next_one: str, is_let_in: bool) -> None:
    places = Connections(load_settings(max_connections_per_client=2, proxies=["172.16.0.0/12"]))
    assert [places.admit(Held(peer)) for peer in peers] == [None, None]
    refused = places.admit(Held(next_one))
    assert refused is None if is_let_in else isinstance(refused, TooManyConnections)


def test_the_least_needed_connection_goes_first() -> None:
    places = Connections(load_settings(max_connections=3))
    at_work, half_sent, idle = Held("198.51.100.1"), Held("198.51.100.1", 1), Held("198.51.100.1", 2)
    for each in (at_work, half_sent, idle):
        assert places.admit(each) is None
    assert [places.admit(Held("198.51.100.2")) for _ in range(2)] == [None, None]
    assert (at_work.is_dropped, half_sent.is_dropped, idle.is_dropped) == (False, True, True)
    assert isinstance(places.admit(Held("198.51.100.3")), QueueFull)


@pytest.mark.parametrize(
    "part",
    [
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n',
        b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a"\r\n\r\nb\r\n',
        b"--x\r\n" + b"A: b\r\n" * 10_000,
        b"--x\r\nContent-Disposition: form-data; name=" + b"a" * 100_000 + b"\r\n\r\nb\r\n",
        b"--x\r\n\r\n" + b"\r\n--" * 20_000,
        b"-" * 100_000,
    ],
)
def test_forms_of_countless_parts_are_refused(server: Process, part: bytes) -> None:
    body = (part * 3000)[:2_900_000]
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = httpx2.post(server.url + "/v1/readings", content=body, headers=kind, timeout=PATIENCE_S)
    assert answer.status_code in (413, 415, 422)
    assert len(answer.text) < 2000
    assert answer.json()["detail"]


def test_an_upload_that_comes_slowly_but_in_time_is_taken(tmp_path: Path, china: Path, keys_file: Path) -> None:
    photo = china.read_bytes()
    with api(header_timeout_s=0.2, send_timeout_s=0.2, keys_file=keys_file) as client:

        def pieces() -> Iterator[bytes]:
            began = time.monotonic()
            yield b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n\r\n'
            while time.monotonic() - began < 0.6:  # longer than heads and answers may take
                client.get("/healthz")
            yield photo + b"\r\n--x--\r\n"

        kind = {"Content-Type": "multipart/form-data; boundary=x"}
        with httpx2.Client(base_url=client.base_url, timeout=PATIENCE_S) as slow:
            assert slow.post("/v1/readings", content=pieces(), headers=kind).status_code == 201


def test_the_same_is_said_in_chinese(keys_file: Path) -> None:
    with api(interface="zh", header_timeout_s=0.1, keys_file=keys_file) as client:
        url = str(client.base_url)
        for bad in (b"GET / HTTP/1.1\n\n", HALF, HALF + b"a" * 40_000):
            detail = ask(url, bad).problem["detail"]
            assert "请求" in detail, json.dumps(detail)


def test_bodies_that_stop_half_way_make_room_for_others(china: Path, keys_file: Path) -> None:
    head = post("/v1/readings", b"Content-Length: 990000", kind=b"multipart/form-data; boundary=b")
    with api(max_upload_mb=1, keys_file=keys_file) as client, ExitStack() as stack:
        for _ in range(14):  # more than there is room for
            line = stack.enter_context(connect(str(client.base_url)))
            send(line, head + bytes(960_000))
        assert client.post("/v1/readings", files={"photos": china.read_bytes()}).status_code == 201
