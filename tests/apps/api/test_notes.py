"""Notes of readings and posts come in the language of whoever asks, whatever the server's own is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from emotigram.testing.chat_server import ChatReply, FakeProvider
from tests.apps.api.server import api

MISSING = "blip2-opt-2.7b"  # weights that are not on this computer
SAID = {
    "no_weights": {"en": "The weights that are set are not used. ", "zh": "未使用所设置的权重。"},
    "no_extra": {"en": f"The weights {MISSING} are not used", "zh": f"未使用权重 {MISSING}"},
    "no_key": {
        "en": "Written offline by the embedded writer: DEEPSEEK_API_KEY is not set.",
        "zh": "未设置 DEEPSEEK_API_KEY",
    },
    "stand_in": {
        "en": "Written by the embedded writer instead: 127.0.0.1 cannot be reached or is failing.",
        "zh": "改由内置写手撰写：127.0.0.1 无法连接或出现故障。",
    },
}


@pytest.fixture(params=["en", "zh"], ids=["English server", "Chinese server"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[httpx2.Client, str]]:
    """A server without a key for a chat model, and without the weights that it should read with; the other language."""
    other = {"en": "zh", "zh": "en"}[request.param]
    settings = {"interface": request.param, "captioner_model": MISSING, "keys_file": tmp_path / "keys.sqlite3"}
    with api(writer="auto", **settings) as client:
        yield client, other


def said(notes: list[dict[str, Any]], language: str) -> list[str]:
    """The codes of notes, each of which is said in the language."""
    assert all(SAID[note["code"]][language] in note["message"] for note in notes), notes
    return [note["code"] for note in notes]


def test_notes_are_in_the_callers_language(server: tuple[httpx2.Client, str], china: Path) -> None:
    client, other = server
    headers = {"Accept-Language": other}
    files = {"photos": china.read_bytes()}
    reading = client.post("/v1/readings", files=files, headers=headers).json()
    of_reading = said(reading["reading"]["notes"], other)
    assert len(of_reading) == 1
    wishes = {"reading_id": reading["id"], "platform": "x", "language": "en"}
    post = client.post("/v1/posts", json=wishes, headers=headers).json()
    assert said(post["post"]["notes"], other) == [*of_reading, "no_key"]
    assert post["post"]["notes"][1]["values"] == {"key_env": "DEEPSEEK_API_KEY"}


def test_the_same_post_is_told_to_each_caller_in_their_language(server: tuple[httpx2.Client, str], china: Path) -> None:
    client, _ = server
    wishes = {"files": {"photos": china.read_bytes()}, "data": {"language": "zh"}}
    for language in ("en", "zh", "en"):
        headers = {"Accept-Language": language, "Idempotency-Key": "the same"}
        answer = client.post("/v1/posts", headers=headers, **wishes)  # type: ignore[arg-type]
        assert "no_key" in said(answer.json()["post"]["notes"], language)
        again = client.get(answer.headers["location"], headers={"Accept-Language": language})
        assert again.json() == answer.json()


@pytest.mark.parametrize(("interface", "other"), [("en", "zh"), ("zh", "en")])
def test_why_the_embedded_writer_stood_in_is_in_the_callers_language(
    interface: str, other: str, china: Path, tmp_path: Path
) -> None:
    keys_file = tmp_path / "keys.sqlite3"
    with (
        FakeProvider(ChatReply(status=500)) as chat,
        api(
            writer="chat", base_url=chat.url, api_key="sk-test", retries=0, interface=interface, keys_file=keys_file
        ) as client,
    ):
        files = {"photos": china.read_bytes()}
        answer = client.post("/v1/posts", files=files, data={"language": "zh"}, headers={"Accept-Language": other})
    (note,) = answer.json()["post"]["notes"]
    assert said([note], other) == ["stand_in"]
    assert note["values"]["error"] == "chat_down"
