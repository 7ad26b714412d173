"""The embedded captioner on real photographs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, ImageDraw

from emotigram import open_photo
from emotigram.assembly import load_engine
from emotigram.captioners.wording import claims, is_borne_out
from emotigram.domain import Photo
from emotigram.ports import Captioner
from emotigram.settings import Settings


@pytest.fixture(scope="module")
def captioner() -> Captioner:
    engine: Captioner = load_engine("captioner", "embedded", Settings())
    return engine


def test_it_describes_in_both_languages(captioner: Captioner, china: Path, flower: Path) -> None:
    for captions in captioner.read([open_photo(china), open_photo(flower)]):
        assert captions.description.keys() == captions.tweets.keys() == {"en", "zh"}
        assert captions.description["en"].isascii()
        assert captions.description["en"].endswith(".")
        assert captions.description["zh"].endswith("。")
        assert captions.tweets["en"] != captions.description["en"]


def test_it_sees_what_is_there(captioner: Captioner, china: Path, tower: Path, cheetah: Path) -> None:
    temple, eiffel, cat = captioner.read([open_photo(path) for path in (china, tower, cheetah)])
    assert [tag.key for tag in temple.tags] == ["building"]
    assert [tag.key for tag in cat.tags] == ["animal"]
    assert not {tag.kind for tag in eiffel.tags} & {"people", "animal", "food", "vehicle"}


def test_a_batch_reads_as_each_photo_alone(captioner: Captioner, china: Path, flower: Path) -> None:
    photos = [open_photo(china), open_photo(flower), open_photo(china)]
    together = captioner.read(photos)
    for photo, captions in zip(photos, together, strict=True):
        alone = captioner.read([photo])[0]
        assert captions.description == alone.description
        assert [tag.key for tag in captions.tags] == [tag.key for tag in alone.tags]
        np.testing.assert_allclose(captions.features, alone.features, atol=1e-3)


def test_nothing_to_read_reads_as_nothing(captioner: Captioner) -> None:
    assert captioner.read([]) == []


def test_a_photo_it_does_not_know_gets_its_colours_and_nothing_else(captioner: Captioner) -> None:
    """A red disc on blue is none of the things it learned; what it may say is what can be counted."""
    drawn = Image.new("RGB", (300, 300), (20, 60, 220))
    ImageDraw.Draw(drawn).ellipse((60, 60, 240, 240), fill=(220, 20, 20))
    (captions,) = captioner.read([Photo(drawn, "drawn", "")])
    assert captions.description == {"en": "A photo in red and blue.", "zh": "一张以红色和蓝色为主的照片。"}
    assert [tag.names["en"] for tag in captions.tags] == ["shades of red and blue"]


def test_a_sentence_is_borne_out_only_by_what_was_seen() -> None:
    seen = {"dog": 0.9, "grass": 0.05}
    floor = 0.15
    probabilities = {key: 0.0 for keys in claims("a man a dog grass trees field", "en") for key in keys} | seen
    assert is_borne_out("Two dogs are near.", "en", probabilities, floor)
    assert not is_borne_out("A dog in the grass.", "en", probabilities, floor)


@settings(max_examples=20)
@given(hnp.arrays(np.uint8, st.tuples(st.integers(1, 80), st.integers(1, 80), st.just(3))))
def test_any_picture_gets_a_sentence(captioner: Captioner, pixels: np.ndarray) -> None:
    (captions,) = captioner.read([Photo(Image.fromarray(pixels), "drawn", "")])
    assert captions.description["en"].strip(". ")
    assert captions.description["zh"].strip("。 ")
    assert all(0 <= tag.confidence <= 1 for tag in captions.tags)
