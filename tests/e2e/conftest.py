"""A real browser on the real page, served on a free loopback port."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from emotigram.apps.web.page import running_page
from emotigram.settings import load_settings

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
]

OpenPage = Callable[..., Page]


def free_port() -> int:
    """Return a loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page, in English, writing offline."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("server-home")))
        with running_page(load_settings(interface="en", writer="embedded"), port=free_port()) as url:
            yield url


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Headless Chromium with a home of its own."""
    if _CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian: apt install chromium)")
    home = tmp_path_factory.mktemp("browser-home")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_QUIET, env=_environment(home))
        yield browser
        browser.close()


@pytest.fixture
def open_page(site: str, browser: Browser) -> Iterator[OpenPage]:
    """Open the page in a fresh context; options are those of ``Browser.new_context``."""
    contexts: list[BrowserContext] = []

    def open_it(**options: object) -> Page:
        context = browser.new_context(permissions=["clipboard-read", "clipboard-write"], **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.goto(site)
        page.locator(".eg-hint").wait_for()
        return page

    yield open_it
    for context in contexts:
        context.close()


def upload(page: Page, photo: Path) -> None:
    """Choose a photo and wait until its post is written."""
    choose(page, photo)
    page.locator("[data-stage=done] #post-text").wait_for()


def choose(page: Page, photo: Path) -> None:
    """Choose a file as the photo."""
    page.locator("#photo input[type=file]").first.set_input_files(photo)


def _environment(home: Path) -> dict[str, str | float | bool]:
    return {"HOME": str(home), "PATH": "/usr/bin:/bin", "TMPDIR": str(home), "LANG": "C.UTF-8"}
