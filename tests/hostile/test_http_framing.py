"""Requests that two servers could read differently, or that are none: refused, and the connection closed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.apps.api.server import api
from tests.hostile.wire import Told, ask

HOST = b"Host: 127.0.0.1\r\n"
CHUNKED = (
    b"POST /v1/posts HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
)
SECOND = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"


def post(*headers: bytes, body: bytes = b"{}") -> bytes:
    return b"POST /v1/posts HTTP/1.1\r\n" + HOST + b"".join(each + b"\r\n" for each in headers) + b"\r\n" + body


def get(target: bytes = b"/healthz", version: bytes = b"HTTP/1.1", headers: bytes = HOST) -> bytes:
    return b"GET " + target + b" " + version + b"\r\n" + headers + b"\r\n"


AMBIGUOUS = {
    "length and chunks": post(b"Content-Length: 2", b"Transfer-Encoding: chunked", body=b"2\r\n{}\r\n0\r\n\r\n"),
    "chunks and length": post(b"Transfer-Encoding: chunked", b"Content-Length: 7", body=b"2\r\n{}\r\n0\r\n\r\n"),
    "two lengths": post(b"Content-Length: 2", b"Content-Length: 20"),
    "the same length twice": post(b"Content-Length: 2", b"content-length: 2"),
    "a list of lengths": post(b"Content-Length: 2, 2"),
    "a signed length": post(b"Content-Length: +2"),
    "a length in hex": post(b"Content-Length: 0x2"),
    "a negative length": post(b"Content-Length: -2"),
    "an endless length": post(b"Content-Length: " + b"9" * 400),
    "chunks twice": post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "chunks that are none": post(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n"),
    "gzip in chunks": post(b"Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"),
    "identity": post(b"Transfer-Encoding: identity"),
    "chunks in HTTP/1.0": b"POST /v1/posts HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "bare line feeds": get().replace(b"\r\n", b"\n"),
    "one bare line feed": get(headers=b"A: b\n" + HOST),
    "a bare line feed at the end": get()[:-2] + b"\n",
    "a bare carriage return": get(headers=b"A: b\rC: d\r\n" + HOST),
    "two carriage returns": get(headers=b"A: b\r\r\n" + HOST),
    "a folded header": get(headers=HOST + b"A: b\r\n c\r\n"),
    "a header folded by a tab": get(headers=HOST + b"A:\r\n\tc\r\n"),
    "a folded first header": get(headers=b" A: b\r\n" + HOST),
    "a space before the colon": post(b"Content-Length : 2"),
    "a space in a name": get(headers=HOST + b"A B: c\r\n"),
    "a header without a name": get(headers=HOST + b": c\r\n"),
    "a header without a colon": get(headers=HOST + b"abc\r\n"),
    "NUL in a header": get(headers=HOST + b"A: b\0c\r\n"),
    "a control character in a header": get(headers=HOST + b"Cookie: b\x01c\r\n"),
    "NUL in a name": get(headers=HOST + b"A\0: b\r\n"),
    "two hosts": get(headers=HOST + b"Host: evil.example\r\n"),
    "no host": get(headers=b""),
    "an absolute target": get(b"http://127.0.0.1/healthz"),
    "an authority": b"CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + b"\r\n",
    "an asterisk": b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n",
    "a target without a slash": get(b"healthz"),
    "NUL in a target": get(b"/v1/readings/%00"),
    "a line end in a target": get(b"/v1/readings/%0d%0aSet-Cookie:%20a=b"),
    "raw bytes in a target": get(b"/\xff\xfe"),
    "two spaces in the request line": get(b" /healthz"),
    "HTTP/0.9": b"GET /healthz\r\n\r\n",
    "HTTP/2.0": get(version=b"HTTP/2.0"),
    "HTTP/1.2": get(version=b"HTTP/1.2"),
    "HTTP/1.10": get(version=b"HTTP/1.10"),
    "http in small letters": get(version=b"http/1.1"),
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(64)),
    "nothing but line ends": b"\r\n\r\n\r\n",
}
CHUNKS = {
    "no size": b"\r\n{}\r\n0\r\n\r\n",
    "a size that is no number": b"zz\r\n{}\r\n0\r\n\r\n",
    "a size with a sign": b"+2\r\n{}\r\n0\r\n\r\n",
    "a size of C": b"0x2\r\n{}\r\n0\r\n\r\n",
    "a size without end": b"0" * 40 + b"2\r\n{}\r\n0\r\n\r\n",
    "a size with a bare line feed": b"2\n{}\r\n0\r\n\r\n",
    "a carriage return in an extension": b"2;a\rb\r\n{}\r\n0\r\n\r\n",
    "more than its size": b"2\r\n{}garbage\r\n0\r\n\r\n",
    "a bare line feed after it": b"2\r\n{}\n0\r\n\r\n",
    "a bare line feed at the end": b"2\r\n{}\r\n0\r\n\n",
    "a bare line feed among trailers": b"2\r\n{}\r\n0\r\nA: b\nC: d\r\n\r\n",
    "a folded trailer": b"2\r\n{}\r\n0\r\nA: b\r\n c\r\n\r\n",
}
TOO_LARGE = {
    "one header": get(headers=HOST + b"A: " + b"b" * 40_000 + b"\r\n"),
    "all headers": get(headers=HOST + b"".join(b"A%d: %s\r\n" % (at, b"b" * 900) for at in range(50))),
    "thousands of headers": get(headers=HOST + b"A: b\r\n" * 3000),
    "a hundred and one headers": get(headers=HOST + b"A: b\r\n" * 100),
    "the target": get(b"/" + b"a" * 40_000),
    "the method": b"A" * 40_000 + b" / HTTP/1.1\r\n\r\n",
    "a head without end": b"GET / HTTP/1.1\r\n" + HOST + b"A: " + b"b" * 70_000,
}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with api(keys_file=tmp_path_factory.mktemp("keys") / "keys.sqlite3", max_upload_mb=1.0) as client:
        yield str(client.base_url)


def refused(answer: Told, status: int, code: str) -> bool:
    """Whether an answer refuses, once: nothing after it was taken for a second request."""
    assert answer.head.count("HTTP/1.1 ") == 1
    assert not re.search(rb"HTTP/1\.\d \d", answer.body)
    return (answer.status, answer.problem["code"]) == (status, code)


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_what_is_not_http_by_the_letter_is_refused(url: str, name: str) -> None:
    assert refused(ask(url, AMBIGUOUS[name] + SECOND), 400, "http_malformed")


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_it_is_refused_as_well_where_it_comes_byte_by_byte(url: str, name: str) -> None:
    assert refused(ask(url, *(bytes([byte]) for byte in AMBIGUOUS[name]), SECOND), 400, "http_malformed")


@pytest.mark.parametrize("name", CHUNKS)
def test_chunks_that_are_none_are_refused(url: str, name: str) -> None:
    assert refused(ask(url, CHUNKED + CHUNKS[name] + SECOND), 400, "http_malformed")


@pytest.mark.parametrize("chunk", [b"1;" + b"a" * 10_000 + b"\r\n \r\n", b"1\r\n \r\n"])
def test_chunks_that_hold_hardly_anything_are_given_up(url: str, chunk: bytes) -> None:
    assert refused(ask(url, CHUNKED, *[chunk * 100] * 1000), 400, "http_malformed")


@pytest.mark.parametrize("name", TOO_LARGE)
def test_headers_have_a_size_and_a_number(url: str, name: str) -> None:
    assert refused(ask(url, TOO_LARGE[name]), 431, "headers_too_large")
    pieces = [TOO_LARGE[name][at : at + 1000] for at in range(0, len(TOO_LARGE[name]), 1000)]
    assert refused(ask(url, *pieces), 431, "headers_too_large")


def test_requests_by_the_letter_are_answered(url: str) -> None:
    close = HOST + b"Connection: close\r\n"
    assert ask(url, get(headers=close)).status == 200
    assert ask(url, b"GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n").status == 200
    assert ask(url, get(headers=close + b"A:b\r\nC: \r\nD: \xe4\xb8\xad \t\r\n" * 20)).status == 200
    assert ask(url, get(headers=close + b"Cookie: " + b"a" * 30_000 + b"\r\n")).status == 200
    assert ask(url, get(b"/healthz?a=b%00%0a", headers=close)).status == 200
    assert ask(url, get(headers=close + b"Connection: upgrade\r\nUpgrade: websocket\r\n")).status == 200
    body = b"2;a=b\r\n{}\r\n0\r\nA: b\r\n\r\n"
    answer = ask(url, CHUNKED.replace(HOST, close) + body)
    assert (answer.status, answer.problem["code"]) == (422, "request_malformed")
    assert ask(url, get() * 5 + SECOND).body.count(b"HTTP/1.1 200") == 5


@given(st.binary(max_size=400))
def test_whatever_comes_is_answered_or_closed_and_never_a_fault(url: str, junk: bytes) -> None:
    answer = ask(url, b"GET /" + junk + b"\r\n\r\n" + b"\r\n\r\n")
    assert answer.status < 500
    assert ask(url, SECOND).status == 200
