"""The widget on a page of another origin, and that the shipped script is what its source compiles to."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from emotigram import open_studio
from tests.apps.api.server import serving

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "src/emotigram/apps/api/static/widget.js"
HAN = re.compile(r"[\u4e00-\u9fff]")
EMBED = """<!doctype html><meta charset="utf-8"><title>Somebody's page</title><div id="here"></div>
<script>addEventListener("emotigram:post", (event) => (window.made = event.detail));</script>
<script src="{server}/widget.js" data-language="{language}" data-platform="{platform}" data-target="#here" async>
</script>"""

Embed = Callable[..., Page]


@contextmanager
def site(pages: dict[str, str]) -> Iterator[str]:
    """Serve pages by their path, and give the address without one."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = pages.get(self.path)
            self.send_response(404 if page is None else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write((page or "").encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def embed(browser: Browser) -> Iterator[Embed]:
    """Open a page of another origin that embeds the widget; ``is_allowed`` is whether the server knows the origin."""
    pages: dict[str, str] = {}
    with site(pages) as allowed, site(pages) as other:
        studio = open_studio(writer="embedded", interface="en", cors_origins=(allowed,))
        with serving(studio) as server, closing(browser.new_context(permissions=["clipboard-read"])) as context:

            def open_it(language: str, platform: str, is_allowed: bool = True) -> Page:
                pages["/"] = EMBED.format(server=server, language=language, platform=platform)
                page = context.new_page()
                page.goto(allowed if is_allowed else other)
                page.locator("emotigram-widget input").wait_for()
                return page

            yield open_it


@pytest.mark.parametrize(
    ("language", "platform", "copy", "copied", "again"),
    [("en", "instagram", "Copy", "Copied", "Write another"), ("zh", "xiaohongshu", "复制", "已复制", "换一条")],
)
def test_a_photo_becomes_a_post_on_somebody_elses_page(
    embed: Embed, china: Path, language: str, platform: str, copy: str, copied: str, again: str
) -> None:
    page = embed(language, platform)
    page.locator("input[type=file]").set_input_files(china)
    expect(page.get_by_role("status")).to_have_text(re.compile("ready|写好了"))
    text = page.get_by_role("textbox")
    first = text.input_value()
    assert bool(HAN.search(first)) == (language == "zh")
    assert page.evaluate("made.post.platform") == platform
    assert first.endswith(page.evaluate("made.post.full_text"))
    assert page.evaluate("made.post.title") in first

    page.get_by_role("button", name=again).click()
    expect(text).not_to_have_value(first)
    page.get_by_role("button", name=copy).wait_for()
    text.fill(f"{text.input_value()} !")
    page.get_by_role("button", name=copy).click()
    page.get_by_role("button", name=copied).wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == text.input_value()


def test_without_a_wish_posts_are_in_the_visitors_own_chinese(browser: Browser, china: Path) -> None:
    pages: dict[str, str] = {}
    with site(pages) as allowed, serving(open_studio(writer="embedded", cors_origins=(allowed,))) as server:
        pages["/"] = EMBED.format(server=server, language="", platform="weibo")
        with closing(browser.new_context(locale="zh-HK")) as context:
            page = context.new_page()
            page.goto(allowed)
            page.locator("input[type=file]").set_input_files(china)
            page.get_by_role("button", name="复制").wait_for()
            assert page.evaluate("made.post.language") == "zh-TW"


def test_a_refused_photo_is_explained_and_another_can_follow(embed: Embed, china: Path) -> None:
    page = embed("zh", "weibo")
    broken = {"name": "照片.jpg", "mimeType": "image/jpeg", "buffer": b"no photo"}
    page.locator("input[type=file]").set_input_files(broken)
    expect(page.get_by_role("alert")).to_contain_text("照片.jpg：不是可读取的图片。")
    page.locator("input[type=file]").set_input_files(china)
    page.get_by_role("button", name="复制").wait_for()
    expect(page.get_by_role("alert")).to_be_hidden()


def test_a_page_that_is_not_allowed_says_so(embed: Embed, china: Path) -> None:
    page = embed("en", "x", is_allowed=False)
    page.locator("input[type=file]").set_input_files(china)
    expect(page.get_by_role("alert")).to_contain_text("pages of this site may not use it")
    page.get_by_role("button", name="Try again").wait_for()


def test_the_shipped_script_is_what_its_source_compiles_to(tmp_path: Path) -> None:
    node, compiler = shutil.which("node"), ROOT / "widget/node_modules/typescript/bin/tsc"
    if node is None or not compiler.exists():
        pytest.skip("TypeScript is not installed (make widget)")
    options = ["--project", str(ROOT / "widget"), "--outDir", str(tmp_path)]
    subprocess.run([node, str(compiler), *options], check=True)
    assert (tmp_path / "widget.js").read_bytes() == SCRIPT.read_bytes()


def test_the_script_speaks_to_nobody_but_its_server() -> None:
    assert "://" not in SCRIPT.read_text("utf-8")
