"""Nobody reads a file of the server, or makes it fetch an address, with what stands where plain values belong."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.apps.api.process import Process
from tests.hostile.pages import JOIN, Caller, assert_refused, new_session
from tests.properties import tried
from tests.turns import Combined, in_turn

SECRET = "a secret that only the server's user may read"
META = {"_type": "gradio.FileData"}


@pytest.fixture(scope="module")
def asked() -> Iterator[tuple[str, list[str]]]:
    """The address of a web server of this computer, and what it was asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()

        do_HEAD = do_GET

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/secret.png", paths
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def secret(page_server: Process) -> Path:
    path = page_server.home / "secret.txt"
    path.write_text(SECRET)
    return path


def forged(path: str, url: str) -> list[Any]:
    """Values that name a file or an address, and others that no control of the page has."""
    file = {"path": path, "meta": META}
    fetched = {"path": url, "url": url, "meta": META}
    return [
        file,
        fetched,
        {**file, "url": url, "orig_name": "a.png", "is_stream": False},
        {"path": path, "url": f"/gradio_api/file={path}", "meta": META, "is_stream": True},
        {"path": path},
        [file],
        [[[fetched]]],
        {"value": file},
        {"a": [{"b": {"c": [file, fetched]}}]},
        {"__type__": "update", "value": file},
        {"text": "", "files": [fetched]},
        ["a", "b"],
        7,
        True,
    ]


def copies_of_secret(server: Process, secret: Path) -> list[Path]:
    return [each for each in server.files() if each != secret and SECRET.encode() in each.read_bytes()]


@pytest.mark.parametrize("combined", [in_turn, pytest.param(product, marks=pytest.mark.nightly)])
def test_no_position_of_any_event_takes_a_file_or_an_address(
    combined: Combined, caller: Caller, page_server: Process, secret: Path, asked: tuple[str, list[str]]
) -> None:
    values = forged(str(secret), asked[0])
    places = [(name, place) for name in caller.events for place in range(len(caller.values(name)))]
    for (name, place), value in combined(places, values):
        data = caller.values(name)
        data[place] = value
        answer = caller.join(name, new_session(), data=data)
        assert_refused(answer, 422)
        assert f"value {place}:" in answer.json()["detail"]
        assert str(secret) not in answer.text
        assert asked[0] not in answer.text
    assert copies_of_secret(page_server, secret) == []
    assert asked[1] == []


def test_what_triggered_an_event_names_no_file_or_address(
    caller: Caller, page_server: Process, secret: Path, asked: tuple[str, list[str]]
) -> None:
    turn = cycle(caller.events)
    for value in forged(str(secret), asked[0]):
        for event_data in (value, {"act": "look", "value": value}, {"photos": [{"name": value, "token": ""}]}):
            for _ in range(3):
                assert_refused(caller.join(next(turn), new_session(), event_data), 422)
    assert copies_of_secret(page_server, secret) == []
    assert asked[1] == []


def test_names_of_files_as_texts_stay_texts(
    caller: Caller, page_server: Process, secret: Path, asked: tuple[str, list[str]]
) -> None:
    for text in (str(secret), asked[0], json.dumps({"path": str(secret), "meta": META}), f"/gradio_api/file={secret}"):
        data = caller.values("edit")
        data[6:11] = [text] * 5
        assert SECRET not in caller.told("edit", new_session(), data=data)
        shown = caller.told("export", new_session(), {"act": "look", "value": text[:100]})
        assert SECRET not in shown
    assert copies_of_secret(page_server, secret) == []
    assert asked[1] == []


@pytest.mark.parametrize(
    "changed",
    [
        {"simple_format": True},
        {"batched": True},
        {"event_id": "0" * 32},
        {"oauth_token": "hf_a"},
        {"api_name": "press"},
        {"request": {"headers": {}}},
        {"batch_trigger_ids": [1]},
        {"fn_index": -1},
        {"fn_index": 10_000},
        {"fn_index": "1"},
        {"fn_index": True},
        {"fn_index": None},
        {"trigger_id": 10_000},
        {"trigger_id": {"path": "/"}},
        {"session_hash": None},
        {"session_hash": ""},
        {"session_hash": "a" * 65},
        {"session_hash": "../../a"},
        {"session_hash": "a\n"},
        {"session_hash": {"path": "/"}},
        {"data": []},
        {"data": [None] * 11},
        {"data": [None] * 13},
        {"data": {"path": "/"}},
        {"data": "text"},
    ],
    ids=lambda changed: json.dumps(changed)[:40],
)
def test_gradios_own_switches_are_not_for_callers(caller: Caller, changed: dict[str, Any]) -> None:
    assert_refused(caller.client.post(JOIN, json=caller.body("press", new_session()) | changed), 422)


def test_what_gradio_calls_by_itself_is_no_event(caller: Caller) -> None:
    unload = {"data": [], "fn_index": caller.events["left"]["id"], "session_hash": new_session()}
    assert_refused(caller.client.post(JOIN, json=unload), 422)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
fields = ("data", "event_data", "fn_index", "trigger_id", "session_hash")


@tried(0.3)
@given(json_values | st.fixed_dictionaries(dict.fromkeys(fields, json_values)))
def test_any_other_json_is_refused(page_server: Process, body: Any) -> None:
    with Caller(page_server.url) as caller:  # hypothesis keeps the arguments of a function alone
        kind = {"Content-Type": "application/json"}
        assert_refused(caller.client.post(JOIN, content=json.dumps(body), headers=kind), 422)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000, b"NaN", b'{"fn_index": 1e999}', b"9" * 5000, b"\0"],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_not_json_is_refused(caller: Caller, body: bytes) -> None:
    answer = caller.client.post(JOIN, content=body, headers={"Content-Type": "application/json"})
    assert_refused(answer, 422)


def test_other_kinds_and_very_large_events_are_refused(caller: Caller) -> None:
    body = json.dumps(caller.body("press", new_session())).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", ""):
        assert_refused(caller.client.post(JOIN, content=body, headers={"Content-Type": kind}), 415)
    large = {"Content-Type": "application/json"}
    assert_refused(caller.client.post(JOIN, content=b"[" + b"0," * 2_000_000 + b"0]", headers=large), 413)


def test_a_text_is_no_longer_than_its_field_takes(caller: Caller) -> None:
    data = caller.values("reword")
    for length, status in ((500, 200), (501, 422)):
        data[6] = "字" * length
        assert caller.join("reword", new_session(), data=data).status_code == status


def test_refusals_come_in_the_callers_language(page_server: Process) -> None:
    with Caller(page_server.url, **{"Accept-Language": "zh-CN"}) as caller:
        data = caller.values("press")
        data[6] = {"path": "/etc/passwd", "meta": META}
        answer = caller.join("press", new_session(), data=data)
    assert_refused(answer, 422)
    assert "第 6 个值只能是文字或某个选项" in answer.json()["detail"]
