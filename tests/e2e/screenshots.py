"""Make the pictures of the page for the README: ``python -m tests.e2e.screenshots``."""

from __future__ import annotations

import importlib.util
import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.e2e.conftest import CHROMIUM, QUIET, choose, free_port, serving, written

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"


def main() -> None:
    """Write web-en.png and web-zh.png, 1280 px wide."""
    spec = importlib.util.find_spec("sklearn")
    assert spec is not None
    assert spec.origin is not None
    photo = Path(spec.origin).parent / "datasets/images/china.jpg"
    with tempfile.TemporaryDirectory() as home, serving(free_port(), Path(home)) as url, sync_playwright() as chrome:
        browser = chrome.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.set_default_timeout(300_000)
        page.goto(url)
        for language, label in (("en", "English"), ("zh", "中文")):
            page.locator("#interface label", has_text=label).click()
            page.locator(f".eg-status[lang={language}]").wait_for(state="attached")
            if language == "en":
                choose(page, photo)
            written(page, language)
            page.wait_for_function("[...document.images].every((image) => image.complete)")
            save(page.screenshot(full_page=True), FOLDER / f"web-{language}.png")
        browser.close()


def save(screenshot: bytes, path: Path) -> None:
    """Write with 256 colours: a third of the size, and nobody sees the difference."""
    with Image.open(io.BytesIO(screenshot)) as image:
        image.convert("RGB").quantize(256).save(path, optimize=True)


if __name__ == "__main__":
    main()
