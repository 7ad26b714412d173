"""What goes wrong inside the page's events is a line in the log and a sentence on the page, and quotes nobody."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from emotigram.apps.http.logs import start_logging
from emotigram.assembly import load_engine
from emotigram.domain import Brief, Draft
from emotigram.settings import load_settings
from emotigram.studio import Studio
from tests.apps.api.process import Process
from tests.apps.web.server import page_of
from tests.hostile.pages import Caller, new_session
from tests.turns import Combined, in_turn

PRIVATE = "what nobody else should read"


class BrokenWriter:
    """Has a bug, which quotes what it was given."""

    name = "broken"
    languages = ("en", "zh")

    def write(self, brief: Brief) -> Iterator[Draft]:
        raise RuntimeError(f"{PRIVATE} {brief}")


def broken_studio() -> Studio:
    settings = load_settings(writer="embedded", interface="en")
    captioner, sentiment = (load_engine(role, "embedded", settings) for role in ("captioner", "sentiment"))
    return Studio(settings, captioner, sentiment, BrokenWriter())


@pytest.fixture
def json_log() -> Iterator[None]:
    """Log as the server does, for the length of a test."""
    loggers = [logging.getLogger(name) for name in ("emotigram", "uvicorn")]
    before = [(each, each.handlers, each.propagate, each.level) for each in loggers]
    start_logging("json")
    yield
    for logger, handlers, propagate, level in before:
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)


@pytest.mark.parametrize(("language", "words"), [("en", "Something went wrong"), ("zh", "出错了")])
def test_a_bug_is_one_line_in_the_log_and_one_sentence_on_the_page(
    flower: Path, capfd: pytest.CaptureFixture[str], language: str, words: str, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("json_log")
    with page_of(broken_studio()) as url, Caller(url, **{"X-Request-ID": "seen-by-the-visitor"}) as caller:
        capfd.readouterr()
        kind = {"Content-Type": "application/octet-stream"}
        token = caller.client.post("/page/photos", content=flower.read_bytes(), headers=kind).text
        data = caller.values("add")
        data[1], data[6] = language, PRIVATE
        told = caller.told("add", new_session(), {"photos": [{"name": "a.jpg", "token": token}]}, data=data)
    last = told.splitlines()[-2]
    assert words in last
    assert "seen-by-the-visitor" in last
    assert "RuntimeError" not in told
    lines = [line for line in capfd.readouterr().err.splitlines() if line]
    (line,) = [json.loads(line) for line in lines]
    assert (line["event"], line["error"]) == ("fault", "RuntimeError")
    assert line["request_id"] == "seen-by-the-visitor"
    assert any("write" in place for place in line["where"])
    assert PRIVATE not in json.dumps(line)


ODD = ["", "-1", "99", "1e9", "²", "9" * 90, "../../etc/passwd", "\ud800", "\0"]


@pytest.mark.parametrize("combined", [in_turn, pytest.param(product, marks=pytest.mark.nightly)])
def test_odd_values_of_buttons_do_nothing(combined: Combined, page_server: Process, flower: Path) -> None:
    before = page_server.log.read_text()
    with Caller(page_server.url) as caller:
        session = new_session()
        caller.add_photo(session, flower.read_bytes())
        acts = [
            *(("press", act) for act in ("example", "choose", "remove")),
            *(("pick", "pick"), ("restore", "restore"), ("export", "look")),
        ]
        for (name, act), value in combined(acts, ODD):
            told = caller.told(name, session, {"act": act, "value": value})
            assert '"success": false' not in told, (name, act, value)
    after = page_server.log.read_text().removeprefix(before)
    assert "Traceback" not in after
    assert all(json.loads(line)["event"] != "fault" for line in after.splitlines())


@pytest.mark.parametrize("place", range(1, 6))
def test_a_choice_that_is_none_is_refused_and_not_quoted(page_server: Process, place: int) -> None:
    with Caller(page_server.url) as caller:
        data = caller.values("write")
        data[place] = PRIVATE
        answer = caller.join("write", new_session(), data=data)
    assert answer.status_code == 422
    assert PRIVATE not in answer.text
    assert "Traceback" not in page_server.log.read_text()
    assert PRIVATE not in page_server.log.read_text()
