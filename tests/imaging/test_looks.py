"""Looks: each does what its name says, none loses light or darks, and the one suggested suits what was felt."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image

from emotigram import Affect, Sentiment, catalogue, open_photo
from emotigram.domain import EMOTIONS, Look, Recipe
from emotigram.imaging.looks import apply_look, suggested_look

LOOKS = catalogue.looks()
CHANGING = [look for look in LOOKS if look.key != "natural"]
GLAD, SAD, CALM = Sentiment(0.05, 0.15, 0.8), Sentiment(0.8, 0.15, 0.05), Sentiment(0.1, 0.8, 0.1)
UNDECIDED = Sentiment(0.45, 0.1, 0.45)
every_look = pytest.mark.parametrize("look", LOOKS, ids=lambda each: each.key)
sizes = st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))
small_pictures = sizes.flatmap(lambda size: arrays(np.uint8, size))


@pytest.fixture(params=["china", "flower", "tower"])
def image(request: pytest.FixtureRequest) -> Image.Image:
    """A real photo."""
    path: Path = request.getfixturevalue(request.param)
    return open_photo(path).image


def values(image: Image.Image) -> NDArray[np.int64]:
    return np.asarray(image, dtype=np.int64)


def warmth(image: Image.Image) -> float:
    return float((values(image)[..., 0] - values(image)[..., 2]).mean())


def mood(sentiment: Sentiment, emotion: str = "", arousal: float | None = None) -> Affect:
    shares = {name: 0.7 if name == emotion else 0.05 for name in EMOTIONS}
    return Affect(sentiment, shares if emotion else {}, arousal=arousal)


@every_look
def test_a_look_keeps_size_and_mode_and_leaves_the_photo_alone(look: Look, image: Image.Image) -> None:
    before = image.tobytes()
    image.info["comment"] = b"taken at home"
    image.getexif()[0x010F] = "camera"
    looked = apply_look(image, look)
    assert (looked.mode, looked.size) == ("RGB", image.size)
    assert not looked.info
    assert not looked.getexif()
    assert image.tobytes() == before
    assert apply_look(image, look).tobytes() == looked.tobytes()


def test_natural_is_the_photo_itself(image: Image.Image) -> None:
    looked = apply_look(image, catalogue.look("natural"))
    assert looked is not image
    assert looked.tobytes() == image.tobytes()


@pytest.mark.parametrize("look", CHANGING, ids=lambda each: each.key)
def test_every_other_look_is_seen_and_none_washes_out(look: Look, image: Image.Image) -> None:
    before, after = values(image), values(apply_look(image, look))
    assert np.abs(after - before).mean() > 2
    assert (after == 255).all(axis=-1).mean() <= (before == 255).all(axis=-1).mean() + 0.001
    assert (after == 0).all(axis=-1).mean() <= (before == 0).all(axis=-1).mean() + 0.05
    assert 0.6 * before.mean() < after.mean() < before.mean() + 50


def test_all_looks_differ(china: Path) -> None:
    image = open_photo(china).image
    shown = [values(apply_look(image, look)) for look in LOOKS]
    assert all(np.abs(one - two).mean() > 3 for at, one in enumerate(shown) for two in shown[:at])


def test_looks_do_what_their_names_say(image: Image.Image) -> None:
    shown = {look.key: apply_look(image, look) for look in LOOKS}
    assert warmth(shown["warm"]) > warmth(image) > warmth(shown["cool"])
    assert values(shown["bright"]).mean() > values(image).mean() > values(shown["moody"]).mean()
    colourful = {key: np.ptp(values(picture), axis=-1).mean() for key, picture in shown.items()}
    assert colourful["vivid"] > colourful["natural"] > colourful["soft"] > colourful["faded"]
    assert colourful["black-and-white"] == 0


def test_a_vignette_darkens_the_corners_alone() -> None:
    white, dark = Image.new("RGB", (101, 81), "white"), Recipe(vignette=0.5)
    shown = values(apply_look(white, Look("edge", {}, {}, "", dark)))[..., 0]
    assert shown[40, 50] == 255
    assert shown[0, 0] == shown[0, -1] == shown[-1, 0] == shown[-1, -1] == pytest.approx(128, abs=8)
    assert shown[0, 0] < shown[0, 50]


@every_look
@given(pixels=small_pictures)
def test_a_picture_of_any_size_gets_every_look(look: Look, pixels: NDArray[np.uint8]) -> None:
    looked = apply_look(Image.fromarray(pixels), look)
    after = np.asarray(looked)
    assert after.shape == pixels.shape
    if look.key == "natural":
        assert np.array_equal(after, pixels)
    if look.key == "black-and-white":
        assert not np.ptp(after, axis=-1).any()


@given(pixels=small_pictures, saturation=st.floats(0, 2), contrast=st.floats(-1, 1), exposure=st.floats(-2, 2))
def test_greys_stay_grey_whatever_the_recipe(
    pixels: NDArray[np.uint8], saturation: float, contrast: float, exposure: float
) -> None:
    grey = np.repeat(pixels[..., :1], 3, axis=-1)
    recipe = Recipe(exposure, contrast, saturation)
    assert np.ptp(np.asarray(apply_look(Image.fromarray(grey), Look("any", {}, {}, "", recipe))), axis=-1).max() <= 1


@pytest.mark.parametrize(
    ("affect", "feeling"),
    [
        (mood(GLAD), "positive"),
        (mood(SAD), "negative"),
        (mood(CALM), "neutral"),
        (mood(UNDECIDED), "neutral"),
        (mood(UNDECIDED, "sadness"), "neutral"),
        (mood(CALM, "surprise"), "surprise"),
        (mood(GLAD, "anger"), "positive"),
        *((mood(SAD, emotion), emotion) for emotion in ("sadness", "anger", "fear", "disgust", "surprise")),
        (mood(GLAD, "joy"), "joy"),
    ],
)
@pytest.mark.parametrize("arousal", [None, -0.7, 0.0, 0.7])
def test_the_look_suggested_suits_what_was_felt(affect: Affect, feeling: str, arousal: float | None) -> None:
    felt = Affect(affect.sentiment, affect.emotions, arousal=arousal)
    look = catalogue.look(suggested_look(felt))
    assert feeling in look.suits
    assert (look.key == "natural") == (feeling == "neutral")


def test_excitement_asks_for_more_than_calm() -> None:
    glad = [suggested_look(mood(GLAD, arousal=arousal)) for arousal in (-0.6, 0.0, 0.3, 0.8)]
    assert glad == ["soft", "warm", "bright", "vivid"]
    assert [suggested_look(mood(SAD, arousal=arousal)) for arousal in (-0.6, 0.6)] == ["faded", "moody"]


def test_every_look_is_suggested_for_something() -> None:
    affects = [
        mood(sentiment, emotion, arousal / 10)
        for sentiment in (GLAD, CALM, SAD)
        for emotion in ("", *EMOTIONS)
        for arousal in range(-10, 11)
    ]
    assert {suggested_look(affect) for affect in affects} == {look.key for look in LOOKS}
