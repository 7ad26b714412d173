"""Example photographs: real ones that come with installed packages."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

from emotigram.apps.web.pictures import thumbnail_of
from emotigram.imaging.photos import open_photo

_FOLDERS = {"sklearn": "datasets/images", "gradio": "media_assets/images"}
_NAMES = ("china.jpg", "flower.jpg", "tower.jpg", "cheetah.jpg", "lion.jpg")


@cache
def example_photos() -> tuple[Path, ...]:
    """Return the example photographs found, at least those that come with Gradio."""
    found: list[Path] = []
    for package, folder in _FOLDERS.items():
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin is not None:
            found += [Path(spec.origin).parent / folder / name for name in _NAMES]
    return tuple(path for path in found if path.is_file())


@cache
def example_thumbnails() -> tuple[str, ...]:
    """A small data URI of each."""
    return tuple(thumbnail_of(open_photo(path).image) for path in example_photos())
