"""The web page as a person with a browser meets it."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Request, expect

from tests.e2e.conftest import OpenPage, choose, free_port, serving, upload

HAN = re.compile(r"[\u4e00-\u9fff]")


def clipboard(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


def choose_option(page: Page, group: str, text: str) -> None:
    page.locator(f"#{group} label", has_text=text).click()


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_photo_becomes_a_post_that_can_be_copied(open_page: OpenPage, tower: Path) -> None:
    page = open_page()
    upload(page, tower)
    assert page.locator("#description-en").inner_text().strip()
    assert HAN.search(page.locator("#description-zh").inner_text())
    percents = [int(each.rstrip("%")) for each in page.locator(".eg-figure").all_inner_texts()]
    assert len(percents) == 3
    assert sum(percents) == pytest.approx(100, abs=2)
    text = page.locator("#post-text").inner_text()
    assert text.strip()
    page.get_by_role("button", name="Copy post").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert text in clipboard(page)


def test_the_switch_turns_labels_and_post_chinese(open_page: OpenPage, tower: Path) -> None:
    page = open_page()
    upload(page, tower)
    choose_option(page, "interface", "中文")
    expect(page.get_by_role("button", name="换一条")).to_be_enabled()
    expect(page.locator("#post-text")).to_have_text(HAN)
    expect(page.locator("[data-stage=done]")).to_be_visible()
    words = page.locator("body").inner_text()
    assert all(word in words for word in ("平台", "文案语言", "风格", "客观描述", "复制文案"))
    assert "Post language" not in words
    assert page.evaluate("document.documentElement.lang") == "zh"


def test_another_post_comes_from_the_same_reading(open_page: OpenPage, tower: Path) -> None:
    page = open_page()
    upload(page, tower)
    reading, first = page.locator(".eg-reading").inner_text(), page.locator("#post-text").inner_text()
    page.evaluate("""() => {
        window.stages = [];
        const note = () => window.stages.push(document.querySelector("[data-stage]")?.dataset.stage);
        new MutationObserver(note).observe(document.querySelector("#result"), {childList: true, subtree: true});
    }""")
    page.get_by_role("button", name="Write again").click()
    expect(page.locator("#post-text")).not_to_have_text(first)
    page.locator("[data-stage=done]").wait_for()
    assert page.locator(".eg-reading").inner_text() == reading
    assert "reading" not in page.evaluate("window.stages")


def test_a_choice_writes_for_another_platform(open_page: OpenPage, tower: Path) -> None:
    page = open_page()
    upload(page, tower)
    page.locator("#platform input").click()
    page.get_by_role("option", name="Xiaohongshu").click()
    expect(page.locator(".eg-post .eg-chips")).to_contain_text("Xiaohongshu")


def test_an_example_needs_no_photo_of_ones_own(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_role("button", name="Example photo 1").click()
    page.locator("[data-stage=done] #post-text").wait_for()
    assert page.locator("#post-text").inner_text().strip()


def test_a_broken_photo_is_explained_and_the_next_one_works(open_page: OpenPage, tower: Path, tmp_path: Path) -> None:
    broken = tmp_path / "holiday.jpg"
    broken.write_bytes(tower.read_bytes()[:9000])
    page = open_page()
    choose_option(page, "interface", "中文")
    expect(page.get_by_role("button", name="换一条")).to_be_visible()
    choose(page, broken)
    expect(page.get_by_role("alert")).to_contain_text("holiday.jpg：图片已损坏")
    assert "Traceback" not in page.locator("body").inner_text()
    upload(page, tower)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_decompression_bomb_is_refused(open_page: OpenPage, bomb: Path) -> None:
    page = open_page()
    choose(page, bomb)
    expect(page.get_by_role("alert")).to_contain_text("more than 100 megapixels")


def test_nothing_is_asked_of_other_hosts(open_page: OpenPage, tower: Path) -> None:
    page = open_page()
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.context.on("request", note)
    page.reload()
    page.locator(".eg-hint").wait_for()
    upload(page, tower)
    hosts = {urlsplit(url).hostname for url in asked if urlsplit(url).scheme not in ("data", "blob")}
    assert hosts == {"127.0.0.1"}


def test_where_a_photo_was_taken_is_served_to_nobody(open_page: OpenPage, tower: Path, tmp_path: Path) -> None:
    private = tmp_path / "home.jpg"
    with Image.open(tower) as image:
        exif = image.getexif()
        exif[0x010E] = "taken at home"
        image.save(private, exif=exif)
    page = open_page()
    served: list[str] = []
    page.on("request", lambda request: served.append(request.url))
    upload(page, private)
    files = {url for url in served if "/file=" in url}
    bodies = [answer.body() for answer in map(page.request.get, files) if answer.ok]
    assert bodies, "the photo is not shown"
    assert not any(b"taken at home" in body for body in bodies)


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_a_phone_needs_no_sideways_scrolling(open_page: OpenPage, tower: Path, color_scheme: str) -> None:
    page = open_page(viewport={"width": 390, "height": 844}, color_scheme=color_scheme)
    upload(page, tower)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_nothing_is_left_behind_when_the_server_ends(browser: Browser, tower: Path, tmp_path: Path) -> None:
    with serving(free_port(), tmp_path) as url:
        page = browser.new_page()
        page.goto(url)
        upload(page, tower)
        held = files_in(tmp_path)
        page.close()
    assert held, "the photo shown is kept somewhere while the page is open"
    assert files_in(tmp_path) == []


def test_a_port_in_use_is_said_in_a_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        message = f"port {port} on 127.0.0.1 is already in use"
        with pytest.raises(pytest.fail.Exception, match=message), serving(port, tmp_path):
            pass


def test_without_gradio_the_pip_line_is_named() -> None:
    script = "import sys; sys.modules['gradio'] = None; import emotigram.apps.web.page"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert "ExtraMissing: This needs gradio, which is not installed." in ended.stderr
