"""Bad photos on the command line: one clear line and a hint, and the good photos still get their posts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from emotigram.apps.cli.main import app
from emotigram.errors import PhotoMissing
from tests.conftest import PhotoFactory


def caption(*words: object) -> Result:
    result = CliRunner().invoke(app, ["caption", *map(str, words)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def bad(request: pytest.FixtureRequest, tmp_path: Path, photos: PhotoFactory, bomb: Path) -> Path:
    """A file nobody can make a photo of, by the kind the test names."""
    kind, path = request.param, tmp_path / f"{request.param}.jpg"
    if kind == "empty":
        path.touch()
    elif kind == "truncated":
        whole = photos("whole.jpg").read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    elif kind == "not_an_image":
        path.write_text("Dear diary", "utf-8")
    elif kind == "folder":
        path.mkdir()
    elif kind == "bomb":
        return bomb
    return path


BAD = {
    "missing": "no such file",
    "empty": "the file is empty",
    "truncated": "damaged or cut short",
    "not_an_image": "not an image EmotiGram can read",
    "folder": "this is a folder",
    "bomb": "30000x30000 pixels is more than 100 megapixels",
}


@pytest.mark.parametrize(("bad", "reason"), BAD.items(), indirect=["bad"])
def test_bad_photo_gives_one_line_and_a_hint(bad: Path, reason: str) -> None:
    result = caption(bad, "--json")
    assert result.exit_code == 3
    assert result.stdout == ""
    line, hint = result.stderr.splitlines()
    assert line.startswith(f"Error: {bad}: ")
    assert reason in line
    assert hint.startswith("  ")
    assert hint.endswith(".")


@pytest.mark.parametrize("bad", BAD, indirect=True)
def test_good_photos_are_captioned_all_the_same(bad: Path, china: Path, flower: Path) -> None:
    result = caption(china, bad, flower, "--json")
    assert result.exit_code == 3
    sources = [json.loads(line)["reading"]["photos"][0]["source"] for line in result.stdout.splitlines()]
    assert sources == [str(china), str(flower)]
    assert len(result.stderr.splitlines()) == 2


def test_debug_shows_the_traceback(photos: PhotoFactory) -> None:
    assert "Traceback" not in caption("none.jpg").stderr
    result = caption("none.jpg", photos("good.png"), "--debug", "--json")
    assert result.exit_code == 3
    assert "Traceback" in result.stderr
    assert "FileNotFoundError" in result.stderr
    assert result.stderr.count(PhotoMissing(source="none.jpg").hint()) == 1
    assert len(result.stdout.splitlines()) == 1


def test_debug_shows_the_traceback_of_settings_too() -> None:
    result = caption("a.jpg", "--platform", "nosuch", "--debug")
    assert result.exit_code == 2
    assert "Traceback" in result.stderr


def test_limit_can_be_raised(photos: PhotoFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    path = photos("wide.png", Image.new("RGB", (1200, 1000)))
    monkeypatch.setenv("EMOTIGRAM_MAX_MEGAPIXELS", "1")
    assert caption(path).exit_code == 3
    monkeypatch.setenv("EMOTIGRAM_MAX_MEGAPIXELS", "2")
    assert caption(path).exit_code == 0


def test_unusual_photos_get_posts(photos: PhotoFactory, scene: Image.Image, tmp_path: Path) -> None:
    deep = Image.frombytes("I;16", (60, 40), np.arange(2400, dtype=np.uint16).tobytes())
    turned = Image.Exif()
    turned[0x0112] = 6
    pillow_heif.from_pillow(scene).save(tmp_path / "phone.heic")
    paths = [
        photos("moving.gif", save_all=True, append_images=[Image.new("RGB", scene.size)]),
        photos("moving.webp", save_all=True, append_images=[Image.new("RGB", scene.size)]),
        photos("print.jpg", scene.convert("CMYK")),
        photos("deep.png", deep),
        photos("palette.png", scene.convert("P"), transparency=0),
        photos("turned.jpg", exif=turned),
        tmp_path / "phone.heic",
    ]
    result = caption(*paths, "--json")
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    seen = [json.loads(line) for line in result.stdout.splitlines()]
    assert [each["reading"]["photos"][0]["source"] for each in seen] == [str(path) for path in paths]
    assert all(each["post"]["full_text"] for each in seen)
    sizes = {
        Path(each["reading"]["photos"][0]["source"]).name: each["reading"]["photos"][0]["width_px"] for each in seen
    }
    assert (sizes["turned.jpg"], sizes["phone.heic"]) == (40, 60)
