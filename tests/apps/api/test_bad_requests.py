"""What cannot be answered: the right status, a stable code, a sentence in the caller's language."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from emotigram.apps.http.problems import STATUSES
from emotigram.errors import EmotiGramError
from tests.apps.api.server import api

HAN = re.compile(r"[\u4e00-\u9fff]")


def typed(kind: str) -> dict[str, str]:
    return {"Content-Type": kind}


def problem(answer: httpx2.Response) -> dict[str, Any]:
    found: dict[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert found["status"] == answer.status_code
    assert found["type"] == f"urn:emotigram:problem:{found['code']}"
    assert found["title"]
    assert found["detail"]
    assert found["hint"]
    said = " ".join(map(str, found.values()))
    assert (said.count(found["detail"]), said.count(found["hint"])) == (1, 1)
    assert found["instance"].endswith(answer.headers["x-request-id"])
    return found


def in_both_languages(client: httpx2.Client, method: str, path: str, **request: Any) -> dict[str, Any]:
    """Ask in English and in Chinese; the code is the same, the words are not."""
    headers = request.pop("headers", {})
    english, chinese = (
        problem(client.request(method, path, headers={**headers, "Accept-Language": language}, **request))
        for language in ("en", "zh-CN,zh;q=0.9,en;q=0.5")
    )
    spoken = {"title": "", "detail": "", "hint": "", "instance": ""}
    assert english | spoken == chinese | spoken
    assert not HAN.search(english["detail"])
    assert all(HAN.search(chinese[name]) for name in ("title", "detail", "hint"))
    return english


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"%PDF-1.7 not a photo", 415, "photo_not_an_image"),
        (b"", 422, "photo_empty"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", 422, "photo_damaged"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/readings", "/v1/posts"])
def test_a_photo_that_is_none(client: httpx2.Client, path: str, data: bytes, status: int, code: str) -> None:
    found = in_both_languages(client, "POST", path, files={"photos": ("holiday.jpg", data)})
    assert (found["status"], found["code"]) == (status, code)
    assert "holiday.jpg" in found["detail"]


def test_too_many_pixels(client: httpx2.Client, bomb: Path) -> None:
    found = in_both_languages(client, "POST", "/v1/readings", files={"photos": bomb.read_bytes()})
    assert (found["status"], found["code"]) == (413, "photo_too_large")


def test_too_many_photos(client: httpx2.Client, china: Path) -> None:
    files = [("photos", china.read_bytes()), ("photos", china.read_bytes())]
    found = in_both_languages(client, "POST", "/v1/readings", files=files)
    assert (found["status"], found["code"]) == (422, "too_many_photos")


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        ({"data": {"text": "no photo"}}, 415, "content_type_wrong"),
        ({"files": {"text": (None, "no photo")}}, 422, "request_malformed"),
        ({"files": {"photos": b"x"}, "data": {"colour": "red"}}, 422, "request_malformed"),
        ({"files": {"photos": b"x"}, "data": {"text": "a" * 5001}}, 422, "request_malformed"),
        (
            {"content": b"--x\r\nno", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
            422,
            "request_malformed",
        ),
        ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 422, "request_malformed"),
        ({"content": b"\xff\xd8\xff", "headers": {"Content-Type": "image/jpeg"}}, 415, "content_type_wrong"),
        ({"files": {"photos": b"x"}, "headers": {"Idempotency-Key": "k" * 129}}, 422, "request_malformed"),
    ],
)
def test_a_form_that_is_none(client: httpx2.Client, request_: dict[str, Any], status: int, code: str) -> None:
    found = in_both_languages(client, "POST", "/v1/readings", **request_)
    assert (found["status"], found["code"]) == (status, code)


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        (b"{", "request_malformed", "JSON"),
        (b"\xff\xfe{}", "request_malformed", "JSON"),
        (b"[" * 100_000, "request_malformed", "JSON"),
        (b"[]", "request_malformed", "object"),
        (b"{}", "request_malformed", "reading_id"),
        (b'{"reading_id": "r", "tone": "angry"}', "request_malformed", "positive"),
        (b'{"reading_id": "r", "seed": "many"}', "request_malformed", "seed"),
        (b'{"reading_id": "r", "seed": -1}', "request_malformed", "seed"),
        (b'{"reading_id": "r", "past_posts": "all"}', "request_malformed", "past_posts"),
        (b'{"reading_id": "r", "colour": "red"}', "request_malformed", "colour"),
        (b'{"reading_id": "r_none"}', "reading_unknown", "r_none"),
    ],
)  # fmt: skip
def test_a_wish_that_is_none(client: httpx2.Client, body: bytes, code: str, said: str) -> None:
    found = in_both_languages(client, "POST", "/v1/posts", content=body, headers=typed("application/json"))
    assert found["code"] == code
    assert said in found["detail"]


@pytest.mark.parametrize("name", ["platform", "language", "style", "revision"])
def test_an_unknown_name_is_told_before_any_work(client: httpx2.Client, china: Path, name: str) -> None:
    files = {"photos": china.read_bytes()}
    found = in_both_languages(client, "POST", "/v1/posts", files=files, data={name: "myspace"})
    assert (found["status"], found["code"]) == (422, "unknown_name")
    assert "myspace" in found["detail"]


@pytest.mark.parametrize("path", ["/v1/posts/p_none", "/v1/readings/r_none", "/v1/nothing", "/v1"])
def test_an_address_that_is_none(client: httpx2.Client, path: str) -> None:
    assert in_both_languages(client, "GET", path)["status"] == 404


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/v1/posts"), ("GET", "/v1/posts"), ("POST", "/healthz")])
def test_a_method_that_is_none(client: httpx2.Client, method: str, path: str) -> None:
    assert in_both_languages(client, method, path)["code"] == "method_wrong"
    assert client.request(method, path).headers["allow"]


def test_another_sites_page_may_not_ask(client: httpx2.Client, china: Path) -> None:
    headers = {"Origin": "https://elsewhere.example"}
    found = in_both_languages(client, "POST", "/v1/readings", files={"photos": china.read_bytes()}, headers=headers)
    assert (found["status"], found["code"]) == (403, "origin_refused")
    assert "access-control-allow-origin" not in client.get("/v1/styles", headers=headers).headers


@pytest.mark.parametrize("host", ["rebound.example", "[half", ""])
def test_a_name_that_leads_here_from_elsewhere_is_refused(client: httpx2.Client, host: str) -> None:
    found = in_both_languages(client, "GET", "/v1/styles", headers={"Host": host})
    assert (found["status"], found["code"]) == (421, "host_refused")


def test_a_server_for_others_answers_to_the_names_it_was_told(keys_file: Path) -> None:
    with api(host="127.0.0.2", allowed_hosts=["shop.example"], api_keys="never", keys_file=keys_file) as client:
        told = [client.get("/v1/styles", headers={"Host": host}) for host in ("shop.example", "rebound.example")]
        assert [answer.status_code for answer in told] == [200, 421]


def test_a_site_that_is_allowed_may_ask(keys_file: Path) -> None:
    origin = "https://shop.example"
    with api(cors_origins=[origin], keys_file=keys_file) as client:
        answer = client.get("/v1/styles", headers={"Origin": origin})
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, origin)
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        asked["Access-Control-Request-Headers"] = "authorization,content-type"
        assert client.options("/v1/posts", headers=asked).status_code == 200
        assert client.get("/v1/styles", headers={"Host": "shop.example"}).status_code == 200
        assert client.get("/v1/styles", headers={"Origin": "https://other.example"}).status_code == 403


def test_too_many_bytes_are_refused_before_they_have_come(china: Path, keys_file: Path) -> None:
    def endless() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n\r\n'
        for _ in range(100):
            yield bytes(10_000)

    with api(max_upload_mb=0.1, keys_file=keys_file) as client:
        found = in_both_languages(client, "POST", "/v1/readings", files={"photos": china.read_bytes()})
        assert (found["status"], found["code"]) == (413, "request_too_large")
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        assert problem(client.post("/v1/readings", content=endless(), headers=headers))["code"] == "request_too_large"


def test_an_upload_that_does_not_come_is_given_up(keys_file: Path) -> None:
    with api(upload_timeout_s=0.2, keys_file=keys_file) as client:
        with socket.create_connection((client.base_url.host, client.base_url.port or 0)) as slow:
            slow.sendall(
                b"POST /v1/readings HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Language: zh\r\nContent-Length: 1000\r\n"
                b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
            )
            told = b"".join(iter(lambda: slow.recv(65536), b""))
        head, body = told.split(b"\r\n\r\n", 1)
        assert head.startswith(b"HTTP/1.1 408")
        assert json.loads(body)["code"] == "upload_too_slow"
        assert "0.2 秒" in json.loads(body)["detail"]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("fr-FR, zh-Hant-TW;q=0.9, en;q=0.8", "zh"),
        ("EN-gb", "en"),
        ("zh;q=0.1, en;q=0.2", "en"),
        ("zh;q=0, *", "en"),
        ("zh;q=nan, zh;q=, zh;q=-1, ;;;, =", "en"),
        (f"zh{', fr;q=0.5' * 1500}", "zh"),
        ("-" * 20_000, "en"),
    ],
)
def test_the_caller_is_answered_in_the_language_that_it_wants_most(
    client: httpx2.Client, accepted: str, language: str
) -> None:
    answer = client.get("/v1/nowhere", headers={"Accept-Language": accepted})
    assert bool(HAN.search(problem(answer)["detail"])) == (language == "zh")
    assert answer.headers["content-language"] == language


def test_every_error_has_a_status_and_words_in_both_languages() -> None:
    for kind in STATUSES:
        assert issubclass(kind, EmotiGramError)
        assert 400 <= STATUSES[kind] < 600


def test_the_document_has_examples_and_names_every_problem(client: httpx2.Client) -> None:
    document = client.get("/openapi.json").json()
    posting = document["paths"]["/v1/posts"]["post"]
    assert set(posting["requestBody"]["content"]) == {"application/json", "multipart/form-data"}
    assert document["components"]["schemas"]["PostRequest"]["properties"]["platform"]["examples"]
    used = set(map(str, STATUSES.values()))
    assert used <= set(posting["responses"])


def test_the_page_of_documentation_asks_nobody_else(client: httpx2.Client) -> None:
    page = client.get("/docs").text
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses
    assert all(not urlsplit(address).netloc for address in addresses)
    assert all(client.get(address).status_code == 200 for address in addresses)


def test_wishes_larger_than_any_are_not_parsed(client: httpx2.Client) -> None:
    body = b'{"reading_id": "r", "past_posts": [' + b"[]," * 1_000_000 + b"[]]}"
    found = in_both_languages(client, "POST", "/v1/posts", content=body, headers=typed("application/json"))
    assert (found["status"], found["code"]) == (413, "request_too_large")


@pytest.mark.parametrize("charset", ["undefined", "idna", "utf-16"])
def test_a_form_is_utf_8(client: httpx2.Client, charset: str) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n\xc3\xa4\r\n--x--\r\n'
    headers = typed(f"multipart/form-data; boundary=x; charset={charset}")
    assert in_both_languages(client, "POST", "/v1/readings", content=body, headers=headers)["status"] == 415


def test_invented_methods_are_counted_together(client: httpx2.Client) -> None:
    for number in range(3):
        assert client.request(f"MADEUP{number}", "/v1/styles").status_code == 405
    assert "MADEUP" not in client.get("/metrics").text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_form_without_a_photo_is_told_the_fields_name(client: httpx2.Client, language: str) -> None:
    answer = client.post("/v1/readings", files={"photo": b"x"}, headers={"Accept-Language": language})
    fields = client.get("/openapi.json").json()["paths"]["/v1/readings"]["post"]["requestBody"]
    (wanted,) = fields["content"]["multipart/form-data"]["schema"]["required"]
    assert answer.status_code == 422
    assert re.search(rf"['“]{wanted}['”]", answer.json()["detail"])
