"""The embedded captioner on real photographs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, ImageDraw

from emotigram import open_photo
from emotigram.assembly import load_engine
from emotigram.domain import Photo
from emotigram.ports import Captioner
from emotigram.settings import Settings
from tests.properties import tried


@pytest.fixture(scope="module")
def captioner() -> Captioner:
    engine: Captioner = load_engine("captioner", "embedded", Settings())
    return engine


def test_it_describes_in_both_languages(captioner: Captioner, china: Path, flower: Path) -> None:
    for captions in captioner.read([open_photo(china), open_photo(flower)]):
        assert captions.description.keys() == {"en", "zh"}
        assert captions.description["en"].isascii()
        assert captions.description["en"].endswith(".")
        assert captions.description["zh"].endswith("。")


def test_it_sees_what_is_there(captioner: Captioner, china: Path, tower: Path, cheetah: Path) -> None:
    temple, eiffel, cat = captioner.read([open_photo(path) for path in (china, tower, cheetah)])
    assert "building" in temple.description["en"]
    assert "place" in {tag.kind for tag in temple.tags}
    assert "animal" in {tag.key for tag in cat.tags}
    assert not {tag.kind for tag in (*temple.tags, *cat.tags)} & {"people", "count", "food", "vehicle"}
    assert not {tag.kind for tag in eiffel.tags} & {"people", "animal", "food", "vehicle"}


def test_every_sentence_has_a_confidence_and_an_unsure_one_is_not_told(captioner: Captioner, flower: Path) -> None:
    (captions,) = captioner.read([open_photo(flower)])
    assert captions.confidence.keys() == captions.sentences.keys() == {"en", "zh"}
    assert all(0 <= value < 0.6 for value in captions.confidence.values())
    assert all(captions.description[language] != captions.sentences[language] for language in ("en", "zh"))


def test_a_batch_reads_as_each_photo_alone(captioner: Captioner, china: Path, flower: Path) -> None:
    photos = [open_photo(china), open_photo(flower), open_photo(china)]
    together = captioner.read(photos)
    for photo, captions in zip(photos, together, strict=True):
        alone = captioner.read([photo])[0]
        assert captions.description == alone.description
        assert [tag.key for tag in captions.tags] == [tag.key for tag in alone.tags]
        assert captions.features is not None
        assert alone.features is not None
        assert captions.features.space == alone.features.space
        np.testing.assert_allclose(captions.features.values, alone.features.values, atol=1e-3)


def test_nothing_to_read_reads_as_nothing(captioner: Captioner) -> None:
    assert captioner.read([]) == []


def test_a_photo_it_does_not_know_gets_its_colours_and_nothing_else(captioner: Captioner) -> None:
    """A red disc on blue is none of the things it learned; what it may say is what can be counted."""
    drawn = Image.new("RGB", (300, 300), (20, 60, 220))
    ImageDraw.Draw(drawn).ellipse((60, 60, 240, 240), fill=(220, 20, 20))
    (captions,) = captioner.read([Photo(drawn, "drawn", "")])
    assert captions.description == {"en": "A photo in red and blue.", "zh": "一张以红色和蓝色为主的照片。"}
    assert [tag.names["en"] for tag in captions.tags] == ["shades of red and blue"]


@tried(0.2)
@given(hnp.arrays(np.uint8, st.tuples(st.integers(1, 80), st.integers(1, 80), st.just(3))))
def test_any_picture_gets_a_sentence(captioner: Captioner, pixels: np.ndarray) -> None:
    (captions,) = captioner.read([Photo(Image.fromarray(pixels), "drawn", "")])
    assert captions.description["en"].strip(". ")
    assert captions.description["zh"].strip("。 ")
    assert all(0 <= tag.confidence <= 1 for tag in captions.tags)
