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
from tests.colours import colours_in
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
    assert "cheetah" in {tag.key for tag in cat.tags}
    assert "cheetah" in cat.description["en"]
    assert "猎豹" in cat.description["zh"]
    assert not {tag.kind for tag in (*temple.tags, *cat.tags)} & {"people", "count", "food", "vehicle"}
    assert not {tag.kind for tag in eiffel.tags} & {"people", "animal", "food", "vehicle"}


def test_every_sentence_has_a_confidence_and_an_unsure_one_is_not_told(captioner: Captioner, flower: Path) -> None:
    (captions,) = captioner.read([open_photo(flower)])
    assert captions.confidence.keys() == captions.sentences.keys() == {"en", "zh"}
    assert all(0 <= value <= 1 for value in captions.confidence.values())
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


def test_a_photo_it_does_not_know_is_just_a_photo(captioner: Captioner) -> None:
    """A red disc on blue is none of the things it learned; nor are its colours what anybody would post about."""
    drawn = Image.new("RGB", (300, 300), (20, 60, 220))
    ImageDraw.Draw(drawn).ellipse((60, 60, 240, 240), fill=(220, 20, 20))
    (captions,) = captioner.read([Photo(drawn, "drawn", "")])
    assert captions.description == {"en": "A photo.", "zh": "一张照片。"}
    assert captions.tags == ()


@pytest.mark.parametrize("colour", ["black", "white", "red", "orange", "green", "blue", "grey"])
@pytest.mark.parametrize("size", [(300, 200), (1, 1)])
def test_an_even_colour_is_never_named(captioner: Captioner, colour: str, size: tuple[int, int]) -> None:
    _names_no_colour(captioner, Image.new("RGB", size, colour))


def test_the_colours_of_noise_are_never_named(captioner: Captioner) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    _names_no_colour(captioner, Image.fromarray(noise))


def _names_no_colour(captioner: Captioner, image: Image.Image) -> None:
    (captions,) = captioner.read([Photo(image, "drawn", "")])
    for told in (captions.description, *(tag.names for tag in captions.tags)):
        assert {language: colours_in(told[language], language) for language in ("en", "zh")} == {"en": [], "zh": []}
    assert "colour" not in {tag.kind for tag in captions.tags}


@tried(0.2)
@given(hnp.arrays(np.uint8, st.tuples(st.integers(1, 80), st.integers(1, 80), st.just(3))))
def test_any_picture_gets_a_sentence(captioner: Captioner, pixels: np.ndarray) -> None:
    (captions,) = captioner.read([Photo(Image.fromarray(pixels), "drawn", "")])
    assert captions.description["en"].strip(". ")
    assert captions.description["zh"].strip("。 ")
    assert all(0 <= tag.confidence <= 1 for tag in captions.tags)


def test_where_one_language_is_surely_wrong_neither_sentence_is_told(captioner: Captioner) -> None:
    for drawn in (Image.new("RGB", (540, 1200), (245, 245, 245)), Image.linear_gradient("L").convert("RGB")):
        (captions,) = captioner.read([Photo(drawn, "drawn", "")])
        assert min(captions.confidence.values()) < 0.1
        assert captions.description == {"en": "A photo.", "zh": "一张照片。"}
