"""Many at once: batches, a full queue, callers who leave, a slow chat provider, requests sent twice."""

from __future__ import annotations

import hashlib
import io
import json
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import numpy as np
import pytest
from PIL import Image

from emotigram import open_studio
from emotigram.testing.chat_server import ChatReply, ChatRequest, FakeProvider
from tests.apps.api.server import PATIENCE_S, api, gated, serving
from tests.apps.api.test_bad_requests import in_both_languages, problem

POSTS = json.dumps({"posts": [{"title": "", "text": "A calm evening.", "hashtags": [], "alt_text": "A house."}] * 3})


def drawn(seed: int) -> bytes:
    """A photo that is like no other."""
    pixels = np.random.default_rng(seed).integers(0, 256, (24, 32, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def figure(client: httpx2.Client, name: str) -> float:
    lines = client.get("/metrics").text.splitlines()
    return next(float(line.split()[-1]) for line in lines if line.startswith(f"{name} "))


def until(holds: Callable[[], bool]) -> None:
    """Look again until something holds; looking is a request, which takes a while."""
    for _ in range(20_000):
        if holds():
            return
    pytest.fail("it never came to hold")


def test_every_answer_is_of_its_own_photo_and_what_waits_is_read_together(keys_file: Path) -> None:
    captioner, studio = gated(keys_file=keys_file)
    photos = [drawn(seed) for seed in range(12)]
    with api(studio) as client, ThreadPoolExecutor(12) as threads:
        asked = [threads.submit(client.post, "/v1/readings", files={"photos": photo}) for photo in photos]
        until(lambda: figure(client, "emotigram_reading_now") == 12)
        captioner.gate.set()
        told = [each.result().json()["reading"]["photos"][0]["sha256"] for each in asked]
        assert told == [hashlib.sha256(photo).hexdigest() for photo in photos]
        assert figure(client, "emotigram_photos_read") == 12
        assert figure(client, "emotigram_batches_read") <= 4


def test_a_full_queue_refuses_and_forgets_nobody(keys_file: Path) -> None:
    captioner, studio = gated(keys_file=keys_file, queue_size=2)
    with api(studio) as client, ThreadPoolExecutor(2) as threads:
        asked = [threads.submit(client.post, "/v1/readings", files={"photos": drawn(seed)}) for seed in range(2)]
        until(lambda: figure(client, "emotigram_reading_now") == 2)
        found = in_both_languages(client, "POST", "/v1/readings", files={"photos": drawn(3)})
        assert (found["status"], found["code"], found["retryable"]) == (503, "queue_full", True)
        refused = client.post("/v1/readings", files={"photos": drawn(3)}, headers={"Accept": "text/event-stream"})
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
        assert problem(client.get("/readyz"))["code"] == "queue_full"
        captioner.gate.set()
        assert [each.result().status_code for each in asked] == [201, 201]
        assert client.get("/readyz").status_code == 200
        assert client.post("/v1/readings", files={"photos": drawn(3)}).status_code == 201


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_the_photo_of_a_caller_who_left_is_not_read(keys_file: Path, accept: str) -> None:
    captioner, studio = gated(keys_file=keys_file)
    with api(studio) as client, ThreadPoolExecutor(1) as threads:
        first = threads.submit(client.post, "/v1/readings", files={"photos": drawn(1)})
        assert captioner.entered.wait(PATIENCE_S)
        request = client.build_request("POST", "/v1/readings", files={"photos": drawn(2)}, headers={"Accept": accept})
        with socket.create_connection((client.base_url.host, client.base_url.port or 0)) as leaving:
            head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
            leaving.sendall(f"POST /v1/readings HTTP/1.1\r\n{head}\r\n".encode() + request.read())
            until(lambda: figure(client, "emotigram_reading_now") == 2)
        until(lambda: figure(client, "emotigram_reading_now") == 1)
        captioner.gate.set()
        assert first.result().status_code == 201
        assert captioner.seen == [hashlib.sha256(drawn(1)).hexdigest()]


def test_an_answer_that_takes_too_long_is_given_up(keys_file: Path) -> None:
    captioner, studio = gated(keys_file=keys_file, answer_timeout_s=0.3)
    with api(studio) as client:
        found = in_both_languages(client, "POST", "/v1/readings", files={"photos": drawn(1)})
        captioner.gate.set()
        assert (found["status"], found["code"]) == (504, "request_timed_out")


def test_a_slow_chat_provider_holds_up_no_reading(keys_file: Path, china: Path) -> None:
    speaks = threading.Event()

    def reply(_: ChatRequest) -> ChatReply:
        assert speaks.wait(PATIENCE_S)
        return ChatReply([POSTS])

    files = {"photos": china.read_bytes()}
    with FakeProvider(reply=reply) as provider, ThreadPoolExecutor(8) as threads:
        studio = open_studio(
            writer="chat", base_url=provider.url, api_key="k", captioner="embedded", language="en", keys_file=keys_file
        )
        with api(studio) as client:
            reading = client.post("/v1/readings", files=files).json()["id"]
            writing = [threads.submit(client.post, "/v1/posts", json={"reading_id": reading}) for _ in range(8)]
            until(lambda: figure(client, "emotigram_writing_now") == len(provider.requests) == 8)
            assert [client.post("/v1/readings", files=files).status_code for _ in range(3)] == [201] * 3
            speaks.set()
            assert {each.result().json()["post"]["text"] for each in writing} == {"A calm evening."}


def test_a_chat_provider_that_hears_its_caller_leave_is_left_too(keys_file: Path, china: Path) -> None:
    answer = ChatReply(['{"posts": [{"title": "", "text": "A calm'], "keep_alive")
    with FakeProvider(reply=lambda _: answer) as provider:
        studio = open_studio(
            writer="chat", base_url=provider.url, api_key="k", captioner="embedded", language="en", keys_file=keys_file
        )
        with api(studio) as client:
            headers = {"Accept": "text/event-stream"}
            with client.stream("POST", "/v1/posts", files={"photos": china.read_bytes()}, headers=headers) as answered:
                assert any("event: draft" in line for line in answered.iter_lines())
            assert provider.hung_up.wait(PATIENCE_S)
            until(lambda: figure(client, "emotigram_writing_now") == 0)


def test_a_request_sent_twice_is_done_once(client: httpx2.Client) -> None:
    key = {"Idempotency-Key": "once"}
    first = client.post("/v1/readings", files={"photos": drawn(7)}, headers=key)
    again = client.post("/v1/readings", files={"photos": drawn(7)}, headers=key)
    assert again.json() == first.json()
    assert (first.headers.get("idempotent-replayed"), again.headers["idempotent-replayed"]) == (None, "true")
    found = in_both_languages(client, "POST", "/v1/readings", files={"photos": drawn(8)}, headers=key)
    assert (found["status"], found["code"]) == (422, "idempotency_key_reused")
    wishes, key = {"reading_id": first.json()["id"]}, {"Idempotency-Key": "post-once"}
    answers = [client.post("/v1/posts", json=wishes, headers=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[0].headers["location"] == answers[1].headers["location"]


def test_a_request_that_failed_may_be_sent_again(client: httpx2.Client) -> None:
    key = {"Idempotency-Key": "failed-once"}
    assert client.post("/v1/readings", files={"photos": b"no photo"}, headers=key).status_code == 415
    assert client.post("/v1/readings", files={"photos": drawn(9)}, headers=key).status_code == 201


def test_a_request_sent_again_too_soon_is_told_so(keys_file: Path) -> None:
    captioner, studio = gated(keys_file=keys_file)
    key, files = {"Idempotency-Key": "twice"}, {"photos": drawn(1)}
    with api(studio) as client, ThreadPoolExecutor(1) as threads:
        first = threads.submit(client.post, "/v1/readings", files=files, headers=key)
        assert captioner.entered.wait(PATIENCE_S)
        found = in_both_languages(client, "POST", "/v1/readings", files=files, headers=key)
        assert (found["status"], found["code"], found["retryable"]) == (409, "idempotency_key_busy", True)
        captioner.gate.set()
        assert first.result().status_code == 201


def test_one_photo_that_fails_is_no_reason_for_the_others(keys_file: Path) -> None:
    """The engine refuses the whole batch; each photo is then read alone."""
    captioner, studio = gated(keys_file=keys_file)
    bad = hashlib.sha256(drawn(2)).hexdigest()
    captioner.refuses.add(bad)
    with api(studio) as client, ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(client.post, "/v1/readings", files={"photos": drawn(seed)}) for seed in range(4)]
        until(lambda: figure(client, "emotigram_reading_now") == 4)
        captioner.gate.set()
        assert [each.result().status_code for each in asked] == [201, 201, 503, 201]


def test_what_is_kept_is_forgotten(keys_file: Path) -> None:
    with api(keys_file=keys_file, keep_most=1) as client:
        made = [client.post("/v1/readings", files={"photos": drawn(seed)}).headers["location"] for seed in range(2)]
        found = in_both_languages(client, "GET", made[0])
        assert (found["status"], found["code"]) == (404, "reading_unknown")
        assert client.get(made[1]).status_code == 200


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_who_cannot_be_answered_before_the_server_ends_is_told_so(keys_file: Path, accept: str) -> None:
    captioner, studio = gated(keys_file=keys_file, shutdown_s=0.2)

    def ask(url: str) -> httpx2.Response:
        headers = {"Accept": accept, "Accept-Language": "zh"}
        answer = httpx2.post(f"{url}/v1/readings", files={"photos": drawn(1)}, headers=headers, timeout=PATIENCE_S)
        captioner.gate.set()
        return answer

    with ThreadPoolExecutor(1) as threads, serving(studio) as url:
        asked = threads.submit(ask, url)
        assert captioner.entered.wait(PATIENCE_S)
    answer = asked.result()
    assert "服务正在停止" in answer.text
    assert answer.status_code == (503 if accept == "application/json" else 200)
    assert "shutting_down" in answer.text


def test_a_photo_is_not_read_where_no_post_could_be_written(keys_file: Path, china: Path) -> None:
    speaks = threading.Event()

    def reply(_: ChatRequest) -> ChatReply:
        assert speaks.wait(PATIENCE_S)
        return ChatReply([POSTS])

    options = {"writer": "chat", "api_key": "k", "captioner": "embedded", "language": "en", "queue_size": 1}
    with (
        FakeProvider(reply=reply) as provider,
        ThreadPoolExecutor(1) as threads,
        api(open_studio(**options, base_url=provider.url, keys_file=keys_file)) as client,
    ):
        writing = threads.submit(client.post, "/v1/posts", files={"photos": china.read_bytes()})
        until(lambda: figure(client, "emotigram_writing_now") == 1)
        refused = client.post("/v1/posts", files={"photos": drawn(1)})
        assert problem(refused)["code"] == "queue_full"
        assert figure(client, "emotigram_photos_read") == 1
        assert problem(client.get("/readyz"))["code"] == "queue_full"
        speaks.set()
        assert writing.result().status_code == 201


def test_an_upload_that_breaks_off_is_no_fault_of_ours(client: httpx2.Client) -> None:
    left = 'emotigram_requests_total{method="POST",route="/v1/readings",status="499"}'

    def count() -> float:
        lines = [line for line in client.get("/metrics").text.splitlines() if line.startswith(left)]
        return float(lines[0].split()[-1]) if lines else 0

    before = count()
    with socket.create_connection((client.base_url.host, client.base_url.port or 0)) as leaving:
        leaving.sendall(
            b"POST /v1/readings HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
        )
    until(lambda: count() == before + 1)


def test_a_post_is_given_again_although_its_reading_is_forgotten(keys_file: Path) -> None:
    with api(keys_file=keys_file, keep_most=1) as client:
        wishes = {"reading_id": client.post("/v1/readings", files={"photos": drawn(1)}).json()["id"]}
        first = client.post("/v1/posts", json=wishes, headers={"Idempotency-Key": "p"})
        client.post("/v1/readings", files={"photos": drawn(2)})
        again = client.post("/v1/posts", json=wishes, headers={"Idempotency-Key": "p"})
        assert again.json() == first.json()
        assert problem(client.post("/v1/posts", json=wishes))["code"] == "reading_unknown"
