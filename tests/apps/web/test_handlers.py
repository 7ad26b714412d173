"""What the page shows next, event by event."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from emotigram import open_studio
from emotigram.apps.web.controls import Controls, place_controls
from emotigram.apps.web.more import MoreHandlers
from emotigram.apps.web.page import build_page
from emotigram.apps.web.photos import PhotoHandlers
from emotigram.apps.web.posts import PostHandlers
from emotigram.apps.web.routes import export_store, upload_store
from emotigram.apps.web.screen import Screen
from emotigram.apps.web.session import MOST_PHOTOS, Session
from emotigram.assembly import load_engine
from emotigram.async_studio import AsyncStudio
from emotigram.domain import Affect, Brief, Draft, Photo
from emotigram.errors import PhotoNotAnImage
from emotigram.settings import Settings
from emotigram.studio import Studio
from tests.aio import run
from tests.apps.web.posts import a_reading

Steps = AsyncIterator[dict[Any, Any]]
SETTINGS = Settings()


class Table:
    """A page, its handlers and one visitor, without a browser."""

    def __init__(self, studio: Studio) -> None:
        self.studio = AsyncStudio(studio)
        self.page: Controls = run(_laid_out(studio))
        self.screen = Screen(self.page, studio)
        self.uploads, self.exports = upload_store(1), export_store()
        self.photos = PhotoHandlers(self.studio, self.screen, self.uploads)
        self.posts = PostHandlers(self.studio, self.screen)
        self.more = MoreHandlers(self.studio, self.screen, self.exports)
        self.session = Session()
        self.choices = {"interface": "en", "platform": "auto", "language": "en", "style": "plain", "tone": "as_read"}
        self.words = ""

    def asked(self, **changed: str) -> list[str]:
        """What the browser would send along: the choices, and the fields as the session has them."""
        shot = self.session.chosen
        edit = shot.edit._asdict() if shot else dict.fromkeys(("title", "text", "hashtags", "alt_text"), "")
        entry = str(shot.entry.id) if shot and shot.entry else ""
        return list(({**self.choices, "words": self.words, **edit, "entry": entry} | changed).values())

    def sent(self, *photos: bytes) -> gr.EventData:
        """The event of an upload."""
        tokens = [self.uploads.put(each) for each in photos]
        return gr.EventData(None, {"photos": [{"name": f"{n}.jpg", "token": t} for n, t in enumerate(tokens, 1)]})

    def run(self, steps: Steps) -> list[dict[str, Any]]:
        """All steps of an event, by the names of the parts."""

        async def all_of() -> list[dict[str, Any]]:
            return [self.named(step) async for step in steps]

        return run(all_of())

    def named(self, step: dict[Any, Any]) -> dict[str, Any]:
        names = {part: name for name, part in self.page.parts.items()} | {self.page.session: "session"}
        return {names[part]: value for part, value in step.items()}


async def _laid_out(studio: Studio) -> Controls:
    """The parts of a page; without a running loop Gradio would begin one and leave it open."""
    with gr.Blocks():
        return place_controls(studio)


def act(name: str, value: object = "") -> gr.EventData:
    return gr.EventData(None, {"act": name, "value": value})


@pytest.fixture(scope="module")
def offline() -> Studio:
    return open_studio(writer="embedded", interface="en")


@pytest.fixture
def table(offline: Studio) -> Iterator[Table]:
    laid = Table(offline)
    yield laid
    laid.studio.close()


class Gate:
    """A sentiment engine and a writer that wait until they are let go on."""

    name = "gate"
    languages = ("en",)
    rules = ""

    def __init__(self) -> None:
        self.opened = threading.Event()

    def judge(self, photos: Sequence[Photo | None], texts: Sequence[str], features: object = None) -> list[Affect]:
        assert self.opened.wait(20)
        return [a_reading().affect for _ in photos]

    def write(self, brief: Brief) -> Iterator[Draft]:
        yield Draft(text="It begins")
        assert self.opened.wait(20)
        yield Draft(text="It begins and ends here, by the lake, in the evening.")

    def repair(self, *_: object) -> Iterator[Draft]:
        yield from ()


def stages(steps: Sequence[dict[str, Any]]) -> list[str]:
    found = [re.search(r'data-stage="(\w+)"', step["status"]) for step in steps if "status" in step]
    return [match[1] for match in found if match]


@pytest.mark.parametrize(("language", "words"), [("en", "Your post appears here"), ("zh", "文案会出现在这里")])
def test_the_page_begins_in_the_language_of_the_settings(language: str, words: str) -> None:
    studio = AsyncStudio(open_studio(writer="embedded", interface=language))

    async def built() -> gr.Blocks:
        return build_page(studio, upload_store(1), export_store())

    parts = {part.elem_id: part for part in run(built()).blocks.values()}
    studio.close()
    assert words in parts["status"].value
    assert f'lang="{language}"' in parts["photo"].value


def test_what_a_larger_reader_would_give_stands_there_until_the_first_photo(table: Table, china: Path) -> None:
    for language, words in (("en", "A larger reader"), ("zh", "更大的读图模型")):
        table.session.language = language
        assert words in table.named(table.screen.status(table.session))["status"]
    table.run(table.photos.add(table.sent(china.read_bytes()), table.session, *table.asked()))
    assert table.session.chosen
    last = table.run(table.photos.press(act("remove", table.session.chosen.id), table.session, *table.asked()))[-1]
    assert "Your post appears here" in last["status"]
    assert "A larger reader" not in last["status"]


def test_visitors_of_a_server_are_not_told_to_fetch_weights() -> None:
    elsewhere = Table(open_studio(writer="embedded", host="0.0.0.0"))
    assert "models pull" not in elsewhere.named(elsewhere.screen.status(elsewhere.session))["status"]
    elsewhere.studio.close()


def test_the_description_is_shown_before_the_sentiment_is_there(china: Path) -> None:
    gate = Gate()
    table = Table(Studio(SETTINGS, load_engine("captioner", "embedded", SETTINGS), gate, gate))

    async def watch() -> list[dict[str, Any]]:
        seen = []
        async for step in table.photos.add(table.sent(china.read_bytes()), table.session, *table.asked()):
            seen.append(table.named(step))
            if 'data-stage="feeling"' in seen[-1].get("status", ""):
                assert 'id="description-en"' in seen[-1]["reading"]
                assert "eg-bars" not in seen[-1]["reading"]
                gate.opened.set()
        return seen

    steps = run(watch())
    table.studio.close()
    assert list(dict.fromkeys(stages(steps))) == ["opening", "looking", "feeling", "writing", "done"]
    assert "eg-bars" in steps[-1]["reading"]


def test_a_new_choice_ends_the_post_being_written(china: Path) -> None:
    gate = Gate()
    engines = [load_engine(role, "embedded", SETTINGS) for role in ("captioner", "sentiment")]
    table = Table(Studio(SETTINGS, *engines, gate))

    async def watch() -> None:
        first = table.photos.add(table.sent(china.read_bytes()), table.session, *table.asked())
        async for step in first:
            if "It begins" in str(table.named(step).get("text", "")):
                break
        assert table.session.chosen
        running = table.session.chosen.task
        second = table.posts.write(table.session, *table.asked(platform="x"))
        await anext(second)
        gate.opened.set()
        _ = [step async for step in second]
        assert running
        assert running.done()
        _ = [step async for step in first]

    run(watch())
    table.studio.close()
    assert [entry.post.platform for entry in table.session.history] == ["x"]


def test_photos_are_read_together_and_a_bad_one_stops_nobody(table: Table, china: Path, flower: Path) -> None:
    photos = (china.read_bytes(), b"no photo", flower.read_bytes())
    table.run(table.photos.add(table.sent(*photos), table.session, *table.asked()))
    good, bad, other = table.session.shots
    assert good.entry
    assert other.entry
    assert good.entry.post.text != other.entry.post.text
    assert bad.error
    assert bad.error.code == "photo_not_an_image"
    assert len(table.session.history) == 2


def test_the_page_says_once_what_is_wrong_with_a_photo_and_what_to_do(table: Table) -> None:
    steps = table.run(table.photos.add(table.sent(b"no photo"), table.session, *table.asked()))
    status = html.unescape([step["status"] for step in steps if "status" in step][-1])
    error = PhotoNotAnImage(source="1.jpg")
    assert (status.count(error.message()), status.count(error.hint())) == (1, 1)


def test_more_photos_than_fit_and_lost_uploads_are_said(table: Table, flower: Path) -> None:
    event = table.sent(*[flower.read_bytes()] * (MOST_PHOTOS + 2))
    event.photos[0]["token"] = "gone"
    step = table.run(table.photos.add(event, table.session, *table.asked()))[0]
    assert "Up to 9 photos at once: 2 left out." in step["status"]
    assert "1.jpg: the upload failed. Each photo can be up to 25 MB." in step["status"]
    assert len(table.session.shots) == MOST_PHOTOS - 1


def test_each_photo_keeps_what_was_edited(table: Table, china: Path, flower: Path) -> None:
    table.run(table.photos.add(table.sent(china.read_bytes(), flower.read_bytes()), table.session, *table.asked()))
    first, second = table.session.shots
    shown = table.run(table.photos.press(act("choose", second.id), table.session, *table.asked(text="Mine")))
    assert shown[-1]["text"]["value"] == second.edit.text
    shown = table.run(table.photos.press(act("choose", first.id), table.session, *table.asked()))
    assert shown[-1]["text"]["value"] == "Mine"
    table.run(table.photos.press(act("remove", first.id), table.session, *table.asked()))
    assert table.session.chosen is second
    table.run(table.more.restore(act("restore", first.entry and first.entry.id), table.session, *table.asked()))
    assert table.session.chosen is first
    assert first.edit.text == "Mine"


def test_own_words_are_read_with_the_photo(table: Table, china: Path) -> None:
    table.run(table.photos.add(table.sent(china.read_bytes()), table.session, *table.asked()))
    shot = table.session.chosen
    assert shot
    before = shot.reading
    table.run(table.photos.reword(table.session, *table.asked()))
    assert shot.reading is before
    table.run(table.photos.reword(table.session, *table.asked(words="We were so sad that day")))
    assert shot.reading
    assert shot.reading.user_text == "We were so sad that day"


def test_a_list_that_was_merely_left_writes_nothing(table: Table, china: Path) -> None:
    table.run(table.photos.add(table.sent(china.read_bytes()), table.session, *table.asked()))
    table.run(table.posts.write(table.session, *table.asked()))
    assert len(table.session.history) == 1
    table.run(table.posts.write(table.session, *table.asked(platform="x")))
    assert [entry.post.platform for entry in table.session.history] == ["x", "instagram"]


def test_a_page_that_speaks_another_language_leaves_edited_posts_alone(table: Table, china: Path) -> None:
    table.run(table.photos.add(table.sent(china.read_bytes()), table.session, *table.asked()))
    steps = table.run(table.posts.speak(table.session, *table.asked(interface="zh")))
    assert steps[0]["platform"]["label"] == "平台"
    assert steps[0]["language"]["value"] == "zh"
    assert table.session.history[0].post.language == "zh"
    table.run(table.posts.speak(table.session, *table.asked(interface="en", text="我的")))
    assert table.session.history[0].post.language == "zh"
    assert table.session.history[0].edit.text == "我的"


def test_another_candidate_can_be_taken_and_the_first_again(table: Table, china: Path) -> None:
    table.run(table.photos.add(table.sent(china.read_bytes()), table.session, *table.asked()))
    shot = table.session.chosen
    assert shot
    first = shot.edit.text
    table.run(table.posts.pick(act("pick", 1), table.session, *table.asked()))
    assert shot.edit.text != first
    table.run(table.posts.pick(act("pick", 0), table.session, *table.asked()))
    assert shot.edit.text == first
    assert len(table.session.history) == 2
    table.run(table.posts.pick(act("pick", 99), table.session, *table.asked()))
    assert shot.edit.text == first


def test_all_platforms_come_one_by_one_and_can_be_stopped(table: Table, china: Path) -> None:
    table.run(table.photos.add(table.sent(china.read_bytes()), table.session, *table.asked()))

    async def stopped() -> int:
        steps = table.more.everywhere(act("start"), table.session, *table.asked())
        for _ in range(4):
            await anext(steps)
        _ = [step async for step in table.more.everywhere(act("stop"), table.session, *table.asked())]
        return len([step async for step in steps])

    assert run(stopped()) < 5
    assert table.session.everywhere
    assert 0 < len(table.session.everywhere.posts) < 15
    steps = table.run(table.more.everywhere(act("start"), table.session, *table.asked()))
    assert steps[-1]["everywhere"].count('class="eg-platform"') == 15


def test_what_failed_can_be_tried_again(table: Table, china: Path) -> None:
    steps = table.run(table.photos.add(table.sent(china.read_bytes()), table.session, *table.asked(language="ru")))
    shot = table.session.chosen
    assert shot
    assert shot.error
    assert "Try again" in steps[-1]["status"]
    table.run(table.posts.write(table.session, *table.asked()))
    shot.entry = None
    table.run(table.photos.retry(table.session, *table.asked()))
    assert shot.entry
    assert shot.error is None


def test_nothing_happens_before_the_first_photo(table: Table) -> None:
    for steps in (
        table.posts.again(table.session, *table.asked()),
        table.posts.write(table.session, *table.asked()),
        table.photos.reword(table.session, *table.asked(words="Hello")),
        table.photos.retry(table.session, *table.asked()),
    ):
        assert [set(step) for step in table.run(steps)] == [{"session"}]
    shown = table.run(table.more.export(act("make"), table.session, *table.asked()))[0]
    assert "Choose a photo first" in shown["export"]


def test_halves_of_characters_break_nothing(table: Table, china: Path) -> None:
    table.run(table.photos.add(table.sent(china.read_bytes()), table.session, *table.asked()))
    shown = table.named(run(table.posts.edit(table.session, *table.asked(text="\ud83d half"))))
    assert "? half" in shown["preview"]
