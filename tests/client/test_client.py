"""Both clients do the same with a real server, and with servers that are busy, broken or away."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from emotigram import catalogue
from emotigram.client import Client
from emotigram.client.answers import KEY_VARIABLE
from emotigram.errors import PhotoIsFolder, PhotoMissing, ServerRefused, ServerUnreachable
from emotigram.schemas.answers import CaptionsInfo, DraftInfo, PhotosInfo, PostAnswer, ReadingAnswer
from tests.client.conftest import MakeClient
from tests.client.fake_server import Reply, answering
from tests.e2e.conftest import free_port

HAN = re.compile(r"[\u4e00-\u9fff]")
BUSY = {
    "type": "urn:emotigram:problem:queue_full",
    "title": "Not possible right now",
    "status": 503,
    "detail": "The server is busy.",
    "hint": "Try again in a few seconds.",
    "instance": "urn:emotigram:request:1",
    "code": "queue_full",
    "retryable": True,
}


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between tries, which take no time here."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("emotigram.client.sync.time", SimpleNamespace(sleep=waited.append))
    monkeypatch.setattr("emotigram.client.asynchronous.asyncio", SimpleNamespace(sleep=sleep))
    return waited


def test_a_photo_is_read_and_written_about(client: Any, china: Path) -> None:
    reading = client.read(china, "What a lovely day!")
    assert reading.reading.photos[0].source == china.name
    post = client.write(reading, platform="xiaohongshu", language="zh", style="sweet", tone="positive", seed=7)
    assert (post.post.platform, post.post.language, post.reading_id) == ("xiaohongshu", "zh", reading.id)
    shorter = client.write(reading.id, language="zh", revision="shorter", previous=post.post.text)
    assert len(shorter.post.text) < len(post.post.text)
    assert client.reading(reading.id) == reading
    assert client.post(post.id) == post


def test_a_photo_goes_straight_to_a_post(client: Any, china: Path) -> None:
    answers = [
        client.caption(photo, platform="x", language="en", past_posts=["I love this city."])
        for photo in (china, str(china), china.read_bytes())
    ]
    assert [answer.photos[0].source for answer in answers] == ["china.jpg", "china.jpg", "photo"]
    assert len({answer.photos[0].sha256 for answer in answers}) == 1


def test_steps_come_as_they_are_done(client: Any, china: Path) -> None:
    steps = list(client.stream_caption(china, platform="x", language="en"))
    assert [type(step) for step in steps[:3]] == [PhotosInfo, CaptionsInfo, ReadingAnswer]
    assert {type(step) for step in steps[3:-1]} == {DraftInfo}
    assert isinstance(steps[-1], PostAnswer)
    again = list(client.stream(steps[2], platform="weibo", language="zh"))
    assert [type(step) for step in again[-2:]] == [DraftInfo, PostAnswer]


def test_work_done_before_is_the_only_step(client: Any, china: Path) -> None:
    first = client.caption(china, idempotency_key="once")
    assert list(client.stream_caption(china, idempotency_key="once")) == [first]


def test_what_there_is_to_choose_from(client: Any) -> None:
    lists = (client.platforms(), client.styles(), client.revisions(), client.languages(), client.looks())
    kinds: tuple[catalogue.Kind, ...] = ("platforms", "styles", "revisions", "languages", "looks")
    assert [sorted(each.key for each in entries) for entries in lists] == [sorted(catalogue.keys(k)) for k in kinds]
    assert client.engines().active["writer"] == "embedded"
    assert client.is_ready()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("method", "argument", "status", "problem"),
    [
        ("reading", "r_1", 404, "reading_unknown"),
        ("read", b"no photo", 415, "photo_not_an_image"),
        ("stream", "r_1", 404, "reading_unknown"),
    ],
)
def test_a_problem_is_told_in_the_clients_language(
    make_client: MakeClient, url: str, language: str, method: str, argument: object, status: int, problem: str
) -> None:
    client = make_client(url + "/", language=language)
    with pytest.raises(ServerRefused) as refusal:
        next(getattr(client, method)(argument))
    assert (refusal.value.values["status"], refusal.value.values["problem"]) == (status, problem)
    said = f"{refusal.value} {refusal.value.message(language)} {refusal.value.hint(language)}"
    assert bool(HAN.search(said)) == (language == "zh")
    assert not refusal.value.retryable


def test_a_wish_that_is_none_is_refused_by_the_server(client: Any, china: Path) -> None:
    with pytest.raises(ServerRefused, match="unknown_name"):
        client.caption(china, platform="myspace")
    with pytest.raises(ServerRefused, match="request_malformed"):
        client.caption(china, plattform="x")


def test_a_photo_that_is_no_file(client: Any, tmp_path: Path) -> None:
    with pytest.raises(PhotoMissing):
        client.read(tmp_path / "none.jpg")
    with pytest.raises(PhotoIsFolder):
        client.stream_caption(tmp_path)


def test_a_busy_server_is_asked_again_with_the_same_idempotency_key(
    make_client: MakeClient, url: str, china: Path, waits: list[float]
) -> None:
    done = make_client(url).read(china).model_dump(mode="json")
    refusal = Reply(503, BUSY, {"Retry-After": "7", "Content-Type": "application/problem+json"})
    with answering(refusal, Reply(0), Reply(201, done)) as (address, asked):
        assert make_client(address).read(china).model_dump(mode="json") == done
    assert len(asked) == 3
    assert len({request.headers["idempotency-key"] for request in asked}) == 1
    assert waits[0] == 7
    assert 0 < waits[1] < 2


@pytest.mark.parametrize(
    ("reply", "tries"),
    [
        (Reply(503, BUSY), 3),
        (Reply(503, BUSY, {"Retry-After": "3600"}), 1),
        (Reply(503, BUSY | {"retryable": False}), 1),
        (Reply(504, BUSY | {"status": 504}), 1),
        (Reply(502, b"<html>Bad Gateway</html>", {"Content-Type": "text/html"}), 1),
        (Reply(429, b""), 3),
        (Reply(200, {"detail": "another program"}), 1),
    ],
    ids=["busy", "busy for long", "broken", "late", "proxy", "proxy's limit", "another program"],
)
def test_a_server_that_stays_so_is_given_up(
    make_client: MakeClient, waits: list[float], reply: Reply, tries: int
) -> None:
    with answering(reply) as (address, asked), pytest.raises(ServerRefused) as refusal:
        make_client(address).styles()
    assert len(asked) == tries == len(waits) + 1
    assert refusal.value.values["status"] == reply.status
    assert refusal.value.hint("en")


def test_a_stream_that_has_begun_is_not_asked_for_again(make_client: MakeClient, waits: list[float]) -> None:
    draft = b'event: draft\ndata: {"title": "", "text": "A", "hashtags": []}\n\n'
    unknown = b"event: weather\ndata: {}\n\n"
    for is_cut in (True, False):
        with answering(Reply(200, unknown + draft, {"Content-Type": "text/event-stream"}, is_cut)) as (address, asked):
            steps = make_client(address).stream("r_1")
            assert next(steps) == DraftInfo(title="", text="A", hashtags=[])
            with pytest.raises(ServerUnreachable):
                next(steps)
        assert len(asked) == 1
    assert not waits


def test_a_problem_on_the_way_ends_the_stream(make_client: MakeClient) -> None:
    told = b'event: problem\ndata: {"type": "t", "title": "Took too long", "status": 504, "detail": "Too late.",'
    told += b' "hint": "Again.", "instance": "i", "code": "request_timed_out", "retryable": true}\n\n'
    with (
        answering(Reply(200, told, {"Content-Type": "text/event-stream"})) as (address, _),
        pytest.raises(ServerRefused, match=r"504 \(request_timed_out\): Too late\.") as refusal,
    ):
        next(make_client(address).stream("r_1"))
    assert refusal.value.retryable
    assert refusal.value.hint() == "Again."


def test_a_server_that_is_away(make_client: MakeClient, waits: list[float]) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    client = make_client(address, language="zh")
    with pytest.raises(ServerUnreachable, match=f"{address} 没有应答") as error:
        client.styles()
    assert error.value.retryable
    assert len(waits) == 2
    assert not client.is_ready()
    with pytest.raises(ServerUnreachable):
        make_client("localhost:7860").styles()


@pytest.mark.parametrize("comes_from_environment", [False, True])
def test_the_key_is_sent_and_shown_nowhere(
    make_client: MakeClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    waits: list[float],
    comes_from_environment: bool,
) -> None:
    caplog.set_level(logging.DEBUG)
    if comes_from_environment:
        monkeypatch.setenv(KEY_VARIABLE, "eg_secret\n")
    with answering(Reply(503, BUSY)) as (address, asked):
        client = make_client(address, **({} if comes_from_environment else {"api_key": "eg_secret"}))
        with pytest.raises(ServerRefused) as refusal:
            client.styles()
    assert {request.headers["authorization"] for request in asked} == {"Bearer eg_secret"}
    known = [repr(client), repr(refusal.value), caplog.text]
    assert "secret" not in "".join(known)


def test_clients_close_themselves(url: str) -> None:
    with Client(url) as client:
        assert client.is_ready()
    with pytest.raises(RuntimeError):
        client.styles()
