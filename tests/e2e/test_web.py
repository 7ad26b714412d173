"""The web page as a person with a browser meets it."""

from __future__ import annotations

import io
import json
import re
import socket
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Page, Request, expect

from tests.e2e.conftest import OpenPage, choose, field, serving, upload, written

GIVE = """([kind, holder, bytes]) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], "flower.jpg", { type: "image/jpeg" }));
    const Kind = kind === "paste" ? ClipboardEvent : DragEvent;
    document.body.dispatchEvent(new Kind(kind, { [holder]: data, bubbles: true, cancelable: true }));
}"""
HAN = re.compile(r"[\u4e00-\u9fff]")
LONG = "We walked along the river until the lamps came on, and nobody wanted to go home. " * 5
# What a screen reader would find nothing to say of.
UNNAMED = """() => [...document.querySelectorAll("button, input, textarea, select, a, [role=button]")]
    .filter((each) => each.checkVisibility() && !(each.ariaLabel || each.title || each.innerText?.trim()
        || [...(each.labels ?? [])].some((label) => label.innerText.trim())
        || each.getAttribute("aria-labelledby")))
    .map((each) => each.outerHTML.slice(0, 160))"""


def clipboard(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


def switch(page: Page, text: str) -> None:
    page.locator("#interface label", has_text=text).click()


def take_platform(page: Page, name: str) -> None:
    page.locator("#platform input").click()
    page.get_by_role("option", name=name, exact=True).click()
    expect(page.locator(".eg-head")).to_contain_text(name)
    written(page)


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()
    expect(page.get_by_role("tabpanel", name=name)).to_be_visible()


def test_a_photo_becomes_a_post_that_can_be_copied_in_both_languages(open_page: OpenPage, tower: Path) -> None:
    page = open_page()
    upload(page, tower)
    assert page.locator("#description-en").inner_text().strip()
    assert HAN.search(page.locator("#description-zh").inner_text())
    percents = [int(each.rstrip("%")) for each in page.locator(".eg-figure").all_inner_texts()]
    if "Hard to say" in page.locator(".eg-verdict").inner_text():  # a photo alone seldom tells a mood
        assert percents == []
    else:
        assert sum(percents) == pytest.approx(100, abs=2)
    text = field(page, "text").input_value()
    assert text.strip()
    page.get_by_role("button", name="Copy post").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert clipboard(page) == f"{text}\n\n{field(page, 'hashtags').input_value()}"
    assert page.evaluate(UNNAMED) == []

    switch(page, "中文")
    written(page, "zh")
    assert HAN.search(field(page, "text").input_value())
    words = page.locator("body").inner_text()
    labels = ("平台", "文案语言", "风格", "客观描述", "复制文案", "预览", "更简短", "正文", "想说的话")
    assert [each for each in labels if each not in words] == []
    assert not re.search("Post language|Copy|Preview|Shorter|Your own words", words)
    assert page.evaluate("document.documentElement.lang") == "zh"
    page.get_by_role("button", name="复制文案").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    assert clipboard(page).startswith(field(page, "text").input_value())
    assert page.evaluate(UNNAMED) == []


def test_an_edited_post_is_counted_previewed_cut_and_copied(open_page: OpenPage, tower: Path) -> None:
    page = open_page()
    upload(page, tower)
    take_platform(page, "X")
    counter = page.locator("#foot_text .eg-counter")
    expect(counter).to_have_class(re.compile("eg-is-fine"))
    field(page, "hashtags").fill("dusk")
    field(page, "text").fill(LONG.strip())
    expect(counter).to_have_class(re.compile("eg-is-over"))
    expect(counter).to_contain_text("/ 280")
    counters = (counter, page.locator("#foot_alt_text .eg-counter"))
    colours = [each.evaluate("(e) => getComputedStyle(e).color") for each in counters]
    assert colours[0] != colours[1]
    posts = page.locator(".eg-thread li")
    expect(posts).to_have_count(2)
    shown = " ".join(posts.locator(".eg-body").all_inner_texts())
    assert " ".join(shown.split()) == f"{LONG.strip()} #dusk"
    expect(posts.first).to_contain_text("1/2")
    page.get_by_role("button", name="Copy post", exact=True).click()
    assert clipboard(page) == f"{LONG.strip()}\n\n#dusk"

    field(page, "text").fill("Short and sweet.")
    expect(counter).to_have_class(re.compile("eg-is-fine"))
    expect(posts).to_have_count(1)
    take_platform(page, "Xiaohongshu (RED)")
    field(page, "title").fill("A walk by the river")
    expect(page.locator(".eg-titled h3")).to_have_text("A walk by the river")
    page.get_by_role("button", name="Copy title").click()
    assert clipboard(page) == "A walk by the river"


@pytest.mark.nightly
def test_posts_are_revised_compared_and_restored(open_page: OpenPage, tower: Path) -> None:
    page = open_page()
    upload(page, tower)
    reading, first = page.locator(".eg-reading").inner_text(), field(page, "text").input_value()
    mine = f"{first} Mine."
    field(page, "text").fill(mine)
    page.get_by_role("button", name="Shorter").click()
    expect(field(page, "text")).not_to_have_value(mine)
    written(page)
    shorter = field(page, "text").input_value()
    assert 0 < len(shorter) < len(mine)

    page.get_by_role("button", name="Write again").click()
    expect(field(page, "text")).not_to_have_value(shorter)
    written(page)
    assert page.locator(".eg-reading").inner_text() == reading

    tab(page, "Compare")
    drafts = page.locator(".eg-candidate")
    expect(drafts).to_have_count(2)
    other = drafts.filter(has=page.get_by_role("button", name="Use this one"))
    wanted = other.locator(".eg-body").inner_text()
    other.get_by_role("button").click()
    expect(field(page, "text")).to_have_value(wanted.split("\n\n")[0])

    tab(page, "History")
    entries = page.locator(".eg-history li")
    expect(entries).to_have_count(4)
    expect(entries.last).to_contain_text("edited")
    entries.last.get_by_role("button").click()
    expect(field(page, "text")).to_have_value(mine)


def test_several_photos_keep_their_own_posts_and_a_bad_one_stops_nobody(
    open_page: OpenPage, china: Path, flower: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "holiday.jpg"
    broken.write_bytes(china.read_bytes()[:9000])
    page = open_page()
    switch(page, "中文")
    expect(page.get_by_role("button", name="选择照片")).to_be_visible()
    upload(page, china, flower, broken)
    thumbs = page.locator(".eg-strip [data-act=choose]")
    expect(thumbs).to_have_count(3)
    expect(page.locator(".eg-spin")).to_have_count(0)
    field(page, "text").fill("第一张")
    page.get_by_role("button", name=re.compile("照片 2")).click()
    expect(field(page, "text")).not_to_have_value("第一张")
    assert HAN.search(field(page, "text").input_value())
    page.get_by_role("button", name=re.compile("照片 3.*失败")).click()
    expect(page.get_by_role("alert")).to_contain_text("holiday.jpg：图片已损坏")
    page.get_by_role("button", name=re.compile("照片 1")).click()
    expect(field(page, "text")).to_have_value("第一张")
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="移除 holiday.jpg").click(force=True)
    expect(thumbs).to_have_count(2)


@pytest.mark.nightly
def test_photos_come_by_camera_clipboard_and_drop(open_page: OpenPage, flower: Path) -> None:
    page = open_page()
    page.get_by_role("button", name="Camera").click()
    camera = page.get_by_role("dialog", name="Camera")
    page.wait_for_function("document.querySelector('dialog video')?.videoWidth > 0")
    camera.get_by_role("button", name="Take photo").click()
    thumbs = page.locator(".eg-strip [data-act=choose]")
    expect(thumbs).to_have_count(1)
    for event, holder in (("paste", "clipboardData"), ("drop", "dataTransfer")):
        page.evaluate(GIVE, [event, holder, list(flower.read_bytes())])
        expect(thumbs).to_have_count(2 if event == "paste" else 3)
    written(page)
    expect(thumbs.nth(1)).to_have_accessible_name(re.compile("Photo 2: flower.jpg"))


def test_too_many_and_impossible_photos_are_refused_in_words(open_page: OpenPage, photos: object, bomb: Path) -> None:
    page = open_page()
    many = [photos(f"{number}.png") for number in range(10)]  # type: ignore[operator]
    choose(page, bomb, *many)
    expect(page.get_by_role("alert").first).to_contain_text("Up to 9 photos at once: 2 left out")
    expect(page.locator(".eg-strip [data-act=choose]")).to_have_count(9)
    expect(page.get_by_role("alert").last).to_contain_text("more than 100 megapixels")
    expect(page.locator(".eg-spin")).to_have_count(0)
    assert "Traceback" not in page.locator("body").inner_text()


@pytest.mark.nightly
def test_all_platforms_and_a_zip_without_metadata(open_page: OpenPage, tower: Path, tmp_path: Path) -> None:
    private = tmp_path / "home.jpg"
    with Image.open(tower) as image:
        exif = image.getexif()
        exif[0x010E] = "taken at home"
        image.save(private, exif=exif)
        size = image.size
    page = open_page()
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.context.on("request", note)
    page.reload()
    page.locator(".eg-hint").wait_for()
    upload(page, private)
    field(page, "text").fill("Mine, edited. 我的")
    expect(page.locator("#preview .eg-body")).to_contain_text("Mine, edited.")

    tab(page, "All platforms")
    page.get_by_role("button", name="Write for all").click()
    cards = page.locator(".eg-platform")
    expect(cards).to_have_count(15)
    expect(page.get_by_role("button", name="Write for all")).to_be_enabled()
    page.get_by_role("button", name="Copy for WeChat Moments").click()
    assert clipboard(page) == cards.filter(has_text="WeChat Moments").locator(".eg-body").inner_text()

    tab(page, "Save")
    before = page.locator(".eg-frame img").get_attribute("src")
    page.get_by_role("button", name="Black and white").click()
    expect(page.locator(".eg-frame img")).not_to_have_attribute("src", str(before))
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    with zipfile.ZipFile(download.value.path()) as file:
        assert file.read("post.txt").decode("utf-8").startswith("Mine, edited. 我的\n\n#")
        assert json.loads(file.read("post.json"))["post"]["text"] == "Mine, edited. 我的"
        picture = file.read("photo.jpg")
    with Image.open(io.BytesIO(picture)) as saved:
        assert not saved.getexif()
        assert saved.size == size
        red, green, _ = saved.getpixel((5, 5))  # type: ignore[misc]
        assert abs(red - green) < 12
    assert b"taken at home" not in picture
    hosts = {urlsplit(url).hostname for url in asked if urlsplit(url).scheme not in ("data", "blob")}
    assert hosts == {"127.0.0.1"}
    shown = page.evaluate("[...document.images].map((image) => image.src)")
    assert all(each.startswith("data:image/jpeg;base64,") for each in shown)


def test_from_an_example_to_the_copied_text_by_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page()
    for name in ("Example photo 1", "Copy post"):
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement?.ariaLabel || document.activeElement?.innerText") == name:
                break
        else:
            pytest.fail(f"{name} cannot be reached")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        page.keyboard.press("Enter")
        if name != "Copy post":
            written(page)
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert clipboard(page).startswith(field(page, "text").input_value())
    page.get_by_role("tab", name="Preview").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tabpanel", name="Compare")).to_be_visible()


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
