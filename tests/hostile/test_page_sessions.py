"""Made-up sessions take nothing from those whose photos and posts are kept, and cost next to nothing."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import gradio as gr
import pytest
from PIL import Image

from emotigram.apps.web.backlog import MOST_OF_A_CLIENT as MOST_EVENTS_OF_A_CLIENT
from emotigram.apps.web.backlog import MOST_OF_A_SESSION as MOST_EVENTS
from emotigram.apps.web.pictures import picture_of
from emotigram.apps.web.session import MOST_PHOTOS, Session
from emotigram.apps.web.visitors import MOST_OF_A_CLIENT, MOST_VISITORS, Visitors
from emotigram.domain import Photo
from tests.aio import run
from tests.apps.web.posts import a_post
from tests.hostile.pages import STREAM, Caller, assert_refused, new_session

CHOOSE = {"act": "choose", "value": "1"}
FULL = "the server holds as many photos as it can just now"


@pytest.fixture
def flower_bytes(flower: Path) -> bytes:
    return flower.read_bytes()


def has_photo_and_post(caller: Caller, session: str) -> bool:
    shown = caller.told("press", session, CHOOSE).replace('\\"', '"')
    return 'data-photos="1"' in shown and 'data-has-post="yes"' in shown


@pytest.mark.nightly
@pytest.mark.parametrize("are_read", [True, False], ids=["read", "unread"])
def test_made_up_sessions_evict_no_visitor(caller: Caller, flower_bytes: bytes, are_read: bool) -> None:
    visitor = new_session()
    caller.add_photo(visitor, flower_bytes)
    for _ in range(110):
        made_up = new_session()
        assert caller.join("edit", made_up).status_code == 200
        if are_read:
            caller.read(made_up)
    assert has_photo_and_post(caller, visitor)


@pytest.mark.nightly
def test_one_client_fills_its_own_room_alone_and_is_told(caller: Caller) -> None:
    data = io.BytesIO()
    Image.new("RGB", (64, 64), "orange").save(data, "JPEG")
    visitor = new_session()
    caller.add_photo(visitor, data.getvalue())
    told = [caller.add_photo(new_session(), data.getvalue()) for _ in range(MOST_OF_A_CLIENT)]
    assert FULL in told[-1]
    assert has_photo_and_post(caller, visitor)


def test_what_nobody_reads_is_bounded_for_a_session(caller: Caller) -> None:
    session = new_session()
    statuses = [caller.join("edit", session).status_code for _ in range(MOST_EVENTS)]
    assert statuses == [200] * MOST_EVENTS
    answer = caller.join("edit", session)
    assert_refused(answer, 503)
    assert answer.headers["retry-after"]
    assert answer.json()["code"] == "queue_full"
    caller.read(session)
    assert caller.join("edit", session).status_code == 200


def test_what_nobody_reads_is_dropped_where_a_client_makes_more(caller: Caller) -> None:
    sessions = [new_session() for _ in range(MOST_EVENTS_OF_A_CLIENT + 10)]
    for session in sessions:
        assert caller.join("edit", session).status_code == 200
    assert_refused(caller.client.get(STREAM, params={"session_hash": sessions[0]}), 404)
    assert "process_completed" in caller.read(sessions[-1])


def test_a_stream_tells_nobody_who_does_not_know_the_session(caller: Caller) -> None:
    for query in (
        {},
        {"session_hash": ""},
        {"session_hash": "*"},
        {"session_hash": "none"},
        {"session_hash": ["a", ""]},
    ):
        assert_refused(caller.client.get(STREAM, params=query), 404)


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Hall:
    """Visitors of a page, and what they bring."""

    def __init__(self) -> None:
        self.clock = Clock()
        with gr.Blocks(analytics_enabled=False) as blocks:
            self._state = gr.State(Session())
        self.visitors = Visitors(self._state, self.clock)
        self.visitors.set_blocks(blocks)

    def comes(self, name: str, client: str) -> Session:
        self.visitors.heard(name, client)
        session: Session = self.visitors[name][self._state._id]
        return session

    def brings(self, name: str, client: str, size: int = 1) -> bool:
        """Whether a photo is let in."""
        session = self.comes(name, client)
        if not self.visitors.admits(session, size):
            return False
        session.add("photo.jpg", "", size)
        return True

    def keeps(self, name: str) -> bool:
        return name in self.visitors and self.visitors.holds(name)


async def _hall() -> Hall:
    """One that is laid out; without a running loop Gradio would begin one and leave it open."""
    return Hall()


@pytest.fixture
def hall() -> Hall:
    return run(_hall())


def fill(hall: Hall) -> None:
    for number in range(MOST_VISITORS):
        assert hall.brings(f"v{number}", f"10.0.0.{number}")


def test_a_newcomer_evicts_nobody_who_is_active(hall: Hall) -> None:
    fill(hall)
    assert not hall.brings("new", "10.1.0.1")
    assert all(hall.keeps(f"v{number}") for number in range(MOST_VISITORS))


@pytest.mark.parametrize("leaves", [lambda hall: hall.clock, None], ids=["idle", "left"])
def test_whoever_is_idle_or_gone_makes_room(hall: Hall, leaves: Callable[[Hall], Clock] | None) -> None:
    fill(hall)
    if leaves:
        leaves(hall).now += 3600
        for number in [*range(50), *range(51, MOST_VISITORS)]:
            hall.comes(f"v{number}", f"10.0.0.{number}")
    else:
        hall.visitors.opened("v50")
        hall.visitors.closed("v50")
        assert not hall.brings("new", "10.1.0.1")  # a phone that lost its connection may be back in a moment
        hall.clock.now += 61
    assert hall.brings("new", "10.1.0.1")
    assert not hall.keeps("v50")
    assert sum(hall.keeps(f"v{number}") for number in range(MOST_VISITORS)) == MOST_VISITORS - 1


def test_one_client_has_its_share_and_leaves_room_for_others(hall: Hall) -> None:
    for number in range(MOST_OF_A_CLIENT):
        assert hall.brings(f"a{number}", "10.0.0.1")
    assert not hall.brings("more", "10.0.0.1")
    assert hall.brings("other", "10.0.0.2")
    assert hall.brings("a0", "10.0.0.1")  # who is in may bring more photos


def test_sessions_that_hold_nothing_come_and_go(hall: Hall) -> None:
    assert hall.brings("visitor", "10.0.0.1")
    for number in range(1000):
        hall.comes(f"made-up{number}", f"10.0.{number % 250}.1")
    assert hall.keeps("visitor")
    assert len(hall.visitors.session_data) < 300


def test_all_photos_together_have_a_limit(hall: Hall) -> None:
    large = 100_000_000
    kept = [hall.brings(f"v{number}", f"10.0.0.{number}", large) for number in range(8)]
    assert kept == [True] * 5 + [False] * 3
    hall.clock.now += 3600
    assert hall.brings("new", "10.1.0.1", large)
    assert not hall.keeps("v0")


def test_the_history_keeps_the_last_few_photos_that_were_removed() -> None:
    session = Session()
    picture = picture_of(Photo(Image.new("RGB", (64, 64)), "", ""))
    for number in range(3 * MOST_PHOTOS):
        shot = session.add(f"{number}.jpg", "")
        shot.picture = picture_of(Photo(Image.new("RGB", (64, 64)), "", ""))
        session.record(shot, a_post(str(number)), session.wish)
        session.remove(shot)
    session.add("last.jpg", "")
    assert [entry.post.text for entry in session.history] == [str(26 - at) for at in range(MOST_PHOTOS)]
    assert session.kept_bytes == pytest.approx(MOST_PHOTOS * picture.kept_bytes, rel=0.1)
