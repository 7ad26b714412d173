"""What every test shares: a home of its own, a clean environment and photos to open."""

from __future__ import annotations

import gc
import importlib.util
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from PIL import Image
from xdist.remote import Producer

from tests.workers import ByServer, long_first

# The same few examples each time; at night many, and others each time (a failure prints how to have it again)
settings.register_profile("quick", max_examples=25, deadline=None, database=None, derandomize=True)
settings.register_profile("nightly", max_examples=1000, deadline=None, database=None, print_blob=True)
settings.load_profile("quick")

_OUR_VARIABLES = ("EMOTIGRAM_", "DEEPSEEK_", "OPENAI_", "LC_", "XDG_")
_SHELL_VARIABLES = ("LANG", "LANGUAGE", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE")

PhotoFactory = Callable[..., Path]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByServer:
    """Share the suite between processes."""
    return ByServer(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    long_first(items)


def pytest_collection_finish() -> None:
    """Look for garbage among what tests make, not among all that was imported for them: millions of objects."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def hermetic(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep tests away from the real home, working folder, keys and locale."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(_OUR_VARIABLES) or name in _SHELL_VARIABLES:
            monkeypatch.delenv(name)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    for name in ("CONFIG", "CACHE", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    monkeypatch.setenv("LANG", "C.UTF-8")
    work = home / "work"
    work.mkdir()
    monkeypatch.chdir(work)


@pytest.fixture(scope="session")
def scene() -> Image.Image:
    """A small picture with four distinct corners, so that every turn of it shows: red, green, blue, white."""
    pixels = np.zeros((40, 60, 3), dtype=np.uint8)
    pixels[:20, :30] = (255, 0, 0)
    pixels[:20, 30:] = (0, 255, 0)
    pixels[20:, :30] = (0, 0, 255)
    pixels[20:, 30:] = (255, 255, 255)
    return Image.fromarray(pixels)


@pytest.fixture
def photos(tmp_path: Path, scene: Image.Image) -> PhotoFactory:
    """Save a picture, ``scene`` where none is given, under a name; Pillow's save options pass through."""

    def save(name: str, image: Image.Image | None = None, **options: object) -> Path:
        path = tmp_path / name
        (image or scene).save(path, **options)
        return path

    return save


@pytest.fixture
def bomb(tmp_path: Path) -> Path:
    """A PNG of a few hundred bytes that says it is 30,000 x 30,000 pixels."""
    path = tmp_path / "bomb.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + _png_chunk(b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0))
        + _png_chunk(b"IDAT", zlib.compress(bytes(100_000)))
        + _png_chunk(b"IEND", b"")
    )
    return path


@pytest.fixture(scope="session")
def china() -> Path:
    """A real photo, 640 x 427: a temple behind trees."""
    return _of_package("sklearn", "datasets/images/china.jpg")


@pytest.fixture(scope="session")
def flower() -> Path:
    """A real photo, 640 x 427: a dahlia."""
    return _of_package("sklearn", "datasets/images/flower.jpg")


@pytest.fixture(scope="session")
def cheetah() -> Path:
    """A real photo of a cheetah."""
    return _of_package("gradio", "media_assets/images/cheetah.jpg")


@pytest.fixture(scope="session")
def tower() -> Path:
    """A real photo of a tower."""
    return _of_package("gradio", "media_assets/images/tower.jpg")


def _of_package(package: str, path: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        pytest.skip(f"{package} is not installed")
    return Path(spec.origin).parent / path


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
