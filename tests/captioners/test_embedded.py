"""The embedded captioner on real photographs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

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
    assert "building" in {tag.key for tag in temple.tags} | {tag.key for tag in eiffel.tags}
    assert not {"building", "street", "office", "room"} & {tag.key for tag in cat.tags}
    assert not {"person", "man", "woman", "child", "baby", "crowd"} & {tag.key for tag in temple.tags}


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


def test_it_never_says_what_its_tags_deny(captioner: Captioner, china: Path, flower: Path, cheetah: Path) -> None:
    """A whole sentence is told only if each thing it names is borne out by the tags; else the tags speak."""
    for captions in captioner.read([open_photo(path) for path in (china, flower, cheetah)]):
        if not captions.tags:
            assert captions.description["en"].startswith("A photo in ") or not claims(captions.description["en"], "en")


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
