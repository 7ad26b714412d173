"""Example photographs: real ones that come with installed packages."""

from __future__ import annotations

import base64
import importlib.util
import io
from functools import cache
from html import escape
from pathlib import Path

from PIL import ImageOps

from emotigram.imaging.photos import open_photo
from emotigram.texts import say

_FOLDERS = {"sklearn": "datasets/images", "gradio": "media_assets/images"}
_NAMES = ("china.jpg", "flower.jpg", "tower.jpg", "cheetah.jpg", "lion.jpg")
_THUMBNAIL_PX = 144


@cache
def example_photos() -> tuple[Path, ...]:
    """Return the example photographs found, at least those that come with Gradio."""
    found: list[Path] = []
    for package, folder in _FOLDERS.items():
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin is not None:
            found += [Path(spec.origin).parent / folder / name for name in _NAMES]
    return tuple(path for path in found if path.is_file())


def examples_html(language: str) -> str:
    """Return a row of buttons, one a photograph, in an interface language."""
    caption = escape(say("web.examples", language))
    buttons = "".join(_button(index, path, language) for index, path in enumerate(example_photos()))
    return f'<p class="eg-quiet">{caption}</p><div class="eg-examples">{buttons}</div>'


def _button(index: int, path: Path, language: str) -> str:
    label = escape(say("web.example", language, number=index + 1))
    image = f'<img src="{_thumbnail(path)}" alt="">'
    return f'<button type="button" data-example="{index}" aria-label="{label}">{image}</button>'


@cache
def _thumbnail(path: Path) -> str:
    small = ImageOps.fit(open_photo(path).image, (_THUMBNAIL_PX, _THUMBNAIL_PX))
    data = io.BytesIO()
    small.save(data, "JPEG", quality=82)
    return "data:image/jpeg;base64," + base64.b64encode(data.getvalue()).decode()
