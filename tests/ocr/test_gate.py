"""Words are looked for only in photos that may hold some, as far as the backbone saw the photo."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

import cv2
import numpy as np
import pytest

from emotigram import open_photo, open_studio
from emotigram.captioners.embedded import build
from emotigram.domain import Features, Photo, SeenText
from emotigram.errors import ModelDamaged
from emotigram.inference.text_gate import open_text_gate
from emotigram.ocr.reader import PhotoText
from emotigram.ports import Captioner
from emotigram.settings import load_settings
from tests.ocr import drawn


@pytest.fixture(scope="module")
def captioner() -> Captioner:
    return build(load_settings())


def read_behind_the_gate(captioner: Captioner, photo: Photo) -> tuple[SeenText, bool]:
    """The words, and whether the networks that find them were opened."""
    reader = PhotoText(gate=open_text_gate())
    (captions,) = captioner.read([photo])
    return reader.read(photo, captions.features), "_networks" in vars(reader)


@pytest.mark.parametrize("name", ["china", "flower", "cheetah", "tower"])
def test_an_ordinary_photo_is_not_searched(name: str, captioner: Captioner, request: pytest.FixtureRequest) -> None:
    assert read_behind_the_gate(captioner, open_photo(request.getfixturevalue(name))) == (SeenText(), False)


def _meme(photo: Path, words: str) -> np.ndarray:
    pixels = cv2.resize(cv2.imread(str(photo)), (900, 600))
    for colour, offset in ((drawn.BLACK, 4), (drawn.BLACK, -4), (drawn.WHITE, 0)):
        drawn.write(pixels, words, (60 + offset, 110 + offset), 90, colour)
    return pixels


def test_pages_signs_and_memes_are(captioner: Captioner, flower: Path) -> None:
    pictures = {
        drawn.CHAT[1]: drawn.chat(),
        drawn.CHAT[2]: drawn.chat(),
        "Line 0: the quick brown fox jumps over the lazy dog and runs": drawn.page(),
        "NO PARKING": drawn.sign("NO PARKING"),
        "禁止停车": drawn.sign("禁止停车"),
        "MONDAY": _meme(flower, "MONDAY"),
        "星期一又来了": _meme(flower, "星期一又来了"),
    }
    for words, pixels in pictures.items():
        seen, is_searched = read_behind_the_gate(captioner, open_photo(drawn.png(pixels)))
        assert is_searched, words
        assert words in seen.lines


@pytest.mark.parametrize("features", [None, Features("another/1", np.zeros(8, np.float32))])
def test_whose_features_nobody_knows_is_searched(features: Features | None) -> None:
    reader = PhotoText(gate=open_text_gate())
    assert reader.read(open_photo(drawn.png(drawn.sign("NO PARKING"))), features).lines == ("NO PARKING",)


def test_a_broken_gate_is_told_when_it_is_opened(tmp_path: Path) -> None:
    shutil.copytree(str(resources.files("emotigram") / "models"), tmp_path / "models")
    (weights,) = (tmp_path / "models" / "text_gate").rglob("*.npz")
    weights.write_bytes(weights.read_bytes()[:-9])
    with pytest.raises(ModelDamaged, match="text_gate"):
        open_studio(models_dir=tmp_path / "models", captioner="embedded", writer="embedded")
