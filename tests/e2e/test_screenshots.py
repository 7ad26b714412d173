"""Pictures of every state of the page, for people to look at, and what must be seen on each."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from emotigram.testing.chat_server import ChatReply, FakeProvider
from tests.e2e.conftest import OpenPage, choose, field, free_port, serving, upload, written

FOLDER = Path(__file__).parent / "pictures"  # kept out of git
PHONE = {"width": 390, "height": 844}
FAINT = (Path(__file__).parent / "faint.js").read_text("utf-8")


def take(page: Page, name: str) -> None:
    """Save a picture of the whole page; nothing may hang over its side, and it must show something."""
    page.mouse.move(0, 0)
    page.wait_for_function("[...document.images].every((image) => image.complete)")
    shot = page.screenshot(full_page=True, animations="disabled")
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.png").write_bytes(shot)
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    with Image.open(io.BytesIO(shot)) as image:
        assert image.width == width
        assert len(image.convert("RGB").resize((64, 64)).getcolors(4096) or ()) > 40


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()
    expect(page.get_by_role("tabpanel", name=name)).to_be_visible()


@pytest.mark.nightly  # by day test_web.py goes the same way without pictures
def test_from_empty_to_done_in_both_languages(open_page: OpenPage, china: Path, flower: Path) -> None:
    page = open_page(viewport={"width": 1280, "height": 860})
    expect(page.get_by_role("heading", name="Your post appears here")).to_be_visible()
    take(page, "empty-en")
    upload(page, china, flower)
    expect(page.locator(".eg-spin")).to_have_count(0)
    expect(page.locator(".eg-sentiment .eg-track i")).to_have_count(3)
    take(page, "done-en")
    for name in ("Compare", "History", "Save"):
        tab(page, name)
        take(page, f"done-en-{name.lower()}")
    tab(page, "Preview")
    field(page, "text").fill("The lamps along the river came on one by one, and nobody wanted to go home. " * 30)
    expect(page.locator("#foot_text .eg-counter")).to_contain_text("too long")
    take(page, "over-en")
    page.locator("#interface label", has_text="中文").click()
    expect(page.locator("#choices")).to_contain_text("平台")
    page.get_by_role("button", name="换一条").click()
    written(page, "zh")
    expect(page.locator(".eg-moments")).to_be_visible()
    take(page, "done-zh")
    page.locator("#platform input").click()
    page.get_by_role("option", name="小红书").click()
    expect(page.locator(".eg-titled h3")).to_be_visible()
    written(page, "zh")
    take(page, "done-zh-xiaohongshu")


@pytest.mark.parametrize("color_scheme", ["light", pytest.param("dark", marks=pytest.mark.nightly)])
def test_a_phone_in_light_and_dark(open_page: OpenPage, tower: Path, bomb: Path, color_scheme: str) -> None:
    page = open_page(viewport=PHONE, color_scheme=color_scheme)
    expect(page.get_by_role("button", name="Choose photos")).to_be_in_viewport()
    take(page, f"phone-{color_scheme}-empty")
    upload(page, tower)
    expect(page.get_by_role("button", name="Copy post", exact=True)).to_be_in_viewport()
    take(page, f"phone-{color_scheme}-done")
    for name in ("Copy post", "Write again", "Shorter"):
        box = page.get_by_role("button", name=name, exact=True).bounding_box()
        assert box
        assert box["height"] >= 40
    boxes = [page.locator(each).bounding_box() for each in ("#photo", "#post", "#choices", "#tools", "#reading")]
    tops = [box["y"] for box in boxes if box]
    assert tops == sorted(tops)
    for name in ("Preview", "Compare", "All platforms", "History", "Save"):
        tab(page, name)
        assert page.evaluate(FAINT) == [], name
    choose(page, bomb)
    expect(page.get_by_role("alert")).to_be_visible()
    take(page, f"phone-{color_scheme}-error")


@pytest.mark.nightly
def test_while_it_works_and_when_it_fails_nothing_is_on_the_disk(
    browser: Browser, china: Path, tower: Path, tmp_path: Path
) -> None:
    begun = ChatReply(['{"title": "", "text": "A morning by the lake, before anyone else was up'], ending="keep_alive")
    with FakeProvider(begun, ChatReply(status=401, message="wrong key")) as provider:
        chat = {"writer": "chat", "base_url": provider.url, "api_key": "sk-test", "timeout_s": 60, "retries": 0}
        with serving(free_port(), tmp_path, **chat) as url:
            context = browser.new_context(viewport={"width": 1280, "height": 860}, color_scheme="dark")
            page = context.new_page()
            page.goto(url)
            page.locator(".eg-hint").wait_for()
            choose(page, china)
            expect(page.locator(".eg-steps .eg-now")).to_have_text("Writing")
            expect(field(page, "text")).to_have_value("A morning by the lake, before anyone else was up")
            expect(page.locator("#description-en")).to_be_visible()
            take(page, "working-dark")
            choose(page, tower)
            expect(page.get_by_role("alert")).to_contain_text("refused the API key")
            expect(page.get_by_role("button", name="Try again")).to_be_visible()
            take(page, "error-dark")
            files = {"files": {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": china.read_bytes()}}
            assert page.request.post(f"{url}gradio_api/upload", multipart=files).status == 404  # type: ignore[arg-type]
            held = files_in(tmp_path)
            context.close()
            assert provider.hung_up.wait(10), "a post is still being written for nobody"
    assert [path for path in held if path.suffix in (".jpg", ".jpeg", ".png", ".webp", ".zip")] == []
    assert files_in(tmp_path) == []


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
