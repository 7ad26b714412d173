"""The server as a process: what it logs, what it leaves, how it ends."""

from __future__ import annotations

import json
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx2

from emotigram.api_keys import ApiKeys
from emotigram.settings import load_settings
from tests.apps.api.process import Process, served
from tests.apps.api.server import PATIENCE_S
from tests.apps.api.test_waiting import drawn

_SECRET = "nobody must ever read these words of mine"


def log_of(server: Process) -> list[dict[str, object]]:
    return [json.loads(line) for line in server.log.read_text().splitlines()]


def test_neither_photo_nor_words_nor_key_are_logged_or_left(tmp_path: Path, china: Path) -> None:
    keys_file = tmp_path / "keys.sqlite3"
    key = ApiKeys(load_settings(keys_file=keys_file)).create("app")
    headers = {"Authorization": f"Bearer {key}", "X-Request-ID": "mine-1"}
    private = ("private-holiday.jpg", china.read_bytes() + bytes(2_000_000))  # large enough to be spooled to disk
    with served(tmp_path, "--no-page", log_format="json", keys_file=str(keys_file)) as server:
        with httpx2.Client(base_url=server.url, headers=headers, timeout=PATIENCE_S) as client:
            made = client.post("/v1/posts", files={"photos": private}, data={"text": _SECRET, "language": "en"})
            assert made.status_code == 201
            assert made.headers["x-request-id"] == "mine-1"
            client.post("/v1/posts", files={"photos": ("private-holiday.jpg", b"none")}, data={"text": _SECRET})
            client.get(f"/v1/posts/{made.json()['id']}?{_SECRET}")
        server.process.terminate()
        assert server.process.wait(PATIENCE_S) == 0
        told = server.log.read_text()
        secrets = [key, _SECRET, "private-holiday", made.json()["post"]["text"], made.json()["id"]]
        assert not [secret for secret in secrets if secret in told]
        events = log_of(server)
        assert [each["event"] for each in events] == ["accepted", "answered"] * 3
        assert [each["status"] for each in events if each["event"] == "answered"] == [201, 415, 200]
        assert events[1]["request_id"] == "mine-1"
        assert events[1]["route"] == "/v1/posts"
        assert events[1]["key"]
        assert server.files() == [keys_file]


def test_a_server_that_is_stopped_answers_what_it_accepted(tmp_path: Path) -> None:
    """Callers keep asking while the process is told to end; every accepted request gets its whole answer."""

    def ask(client: httpx2.Client, number: int) -> str:
        header = {"X-Request-ID": f"load-{number}"}
        if number % 3:
            answer = client.post("/v1/readings", files={"photos": drawn(number)}, headers=header)
        else:
            header["Accept"] = "text/event-stream"
            answer = client.post("/v1/posts", files={"photos": drawn(number)}, headers=header)
        whole = answer.status_code == 201 or "event: post\n" in answer.text
        assert whole or answer.status_code == 503
        return f"load-{number}"

    with (
        served(tmp_path, "--no-page", log_format="json") as server,
        httpx2.Client(base_url=server.url, timeout=PATIENCE_S) as client,
        ThreadPoolExecutor(16) as threads,
    ):
        asked: list[Future[str]] = [threads.submit(ask, client, number) for number in range(100)]
        asked[20].result()
        server.process.terminate()
        faults = [each.exception() for each in asked]
        assert server.process.wait(PATIENCE_S) == 0
        answered = {each.result() for each, fault in zip(asked, faults, strict=True) if fault is None}
        events = log_of(server)
    accepted = {each["request_id"] for each in events if each["event"] == "accepted"}
    assert accepted == answered
    assert {type(fault) for fault in faults} <= {
        type(None),
        httpx2.ConnectError,
        httpx2.RemoteProtocolError,
        httpx2.ReadError,
    }
    assert len(answered) < 100, "it ended too late to be told anything while it worked"
