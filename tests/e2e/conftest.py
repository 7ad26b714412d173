"""A real browser on the real page, served on a free loopback port."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
_PATIENCE_MS = 60_000  # a busy machine is slow, not wrong
expect.set_options(timeout=_PATIENCE_MS)
# A process of its own, as for a user; it may connect to this computer only.
_SERVE = """
import json, sys
from pytest_socket import socket_allow_hosts
socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
from emotigram.apps.serve import serve
from emotigram.settings import load_settings
serve(load_settings(port=int(sys.argv[1]), **json.loads(sys.argv[2])))
"""

OpenPage = Callable[..., Page]


def free_port() -> int:
    """Return a loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(port: int, home: Path, **settings: object) -> Iterator[str]:
    """Serve the page and give its address; the process's files go into ``home``.

    In English and writing offline where ``settings`` say nothing else.
    """
    environment = {**os.environ, "HOME": str(home), "TMPDIR": str(home), "PYTHONUNBUFFERED": "1"}
    chosen = {"interface": "en", "writer": "embedded", **settings}
    command = [sys.executable, "-c", _SERVE, str(port), json.dumps(chosen)]
    with subprocess.Popen(
        command, env=environment, cwd=home, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as server:
        assert server.stdout is not None
        said = server.stdout.readline()
        if "http://127.0.0.1" not in said:
            pytest.fail(said + server.stdout.read())
        try:
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()
            server.stdout.read()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page."""
    with serving(free_port(), tmp_path_factory.mktemp("server-home")) as url:
        yield url


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Headless Chromium with a home of its own."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian: apt install chromium)")
    home = tmp_path_factory.mktemp("browser-home")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET, env=_environment(home))
        yield browser
        browser.close()


@pytest.fixture
def open_page(site: str, browser: Browser) -> Iterator[OpenPage]:
    """Open the page in a fresh context; options are those of ``Browser.new_context``."""
    contexts: list[BrowserContext] = []

    def open_it(**options: object) -> Page:
        context = browser.new_context(permissions=["clipboard-read", "clipboard-write"], **options)  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(_PATIENCE_MS)
        page = context.new_page()
        page.goto(site)
        page.locator(".eg-hint").wait_for()
        return page

    yield open_it
    for context in contexts:
        context.close()


def upload(page: Page, *photos: Path) -> None:
    """Choose photos and wait until the post of the first is written."""
    choose(page, *photos)
    written(page)


def choose(page: Page, *photos: Path) -> None:
    """Choose files as photos."""
    page.locator("#photo input[type=file]").set_input_files(photos)


def written(page: Page, language: str = "") -> None:
    """Wait until the post of the photo shown is written, in a language where one is named."""
    page.locator(".eg-status[data-stage=done][data-has-post=yes]").wait_for(state="attached")
    page.locator(f".eg-head[data-ready=yes]{f'[data-language={language}]' if language else ''}").wait_for()


def field(page: Page, name: str) -> Locator:
    """A field of the post."""
    return page.locator(f"#post-{name} textarea")


def _environment(home: Path) -> dict[str, str | float | bool]:
    return {"HOME": str(home), "PATH": "/usr/bin:/bin", "TMPDIR": str(home), "LANG": "C.UTF-8"}
