"""What captions, detectors and set labels say of a photo's tags."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emotigram.tags.selection import network_tags
from emotigram.training.embedded_captioner.people_count import count_in
from emotigram.training.embedded_captioner.weak_labels import load_tag_sources, targets

KEYS = network_tags()


def row(*captions: str, objects: dict[str, float] | None = None, label: str = "") -> dict[str, Any]:
    return {
        "captions_en": list(captions),
        "objects": json.dumps(objects or {}),
        "set": "flickr8k",
        "imagenet": "[]",
        "label": label,
    }


def evidence(of: dict[str, Any]) -> dict[str, tuple[float, float]]:
    wanted, weights = targets([of], load_tag_sources(["background"]))
    return {key: (float(wanted[0, i]), float(weights[0, i])) for i, key in enumerate(KEYS)}


@pytest.mark.parametrize(
    ("caption", "count"),
    [
        ("A man rides a horse .", "one_person"),
        ("Portrait of young woman", "one_person"),
        ("A female runner in a race .", "one_person"),
        ("A baby girl sleeps .", "one_person"),
        ("Two young blond girls play .", "two_people"),
        ("A man and a woman dance .", "two_people"),
        ("Mother playing with her daughter", "two_people"),
        ("A couple embraces", "two_people"),
        ("A woman with two kids on a seesaw .", "three_people"),
        ("Three men and a dog .", "three_people"),
        ("Four boys run away .", "many_people"),
        ("A group of children pose .", "many_people"),
        ("Men play cards .", "several"),
        ("A couple of dogs run .", None),
        ("Two dogs run in the snow .", None),
    ],
)
def test_captions_tell_how_many_people_there_are(caption: str, count: str | None) -> None:
    assert count_in(caption) == count


def test_most_captions_decide_the_count() -> None:
    found = evidence(row("Two men sit .", "Two men talk .", "Two people on a bench .", "A man sits .", "Men rest ."))
    assert found["two_people"] == pytest.approx((0.6, 1.0), abs=1e-3)
    assert found["one_person"][0] < 0.5
    assert found["many_people"] == (0.0, 1.0)


def test_an_unknown_number_of_people_says_nothing_of_the_count() -> None:
    found = evidence(row(objects={"person": 0.9}))
    assert [found[key][1] for key in ("one_person", "two_people", "three_people", "many_people")] == [0, 0, 0, 0]
    assert evidence(row())["many_people"] == (0.0, 1.0)


def test_one_mention_in_five_is_half_sure() -> None:
    found = evidence(row("A dog runs .", "A dog .", "A brown dog .", "An animal on grass .", "A pet runs ."))
    assert found["dog"] == (1.0, 1.0)
    assert found["grass"] == (0.5, 1.0)
    assert found["running"] == (1.0, 1.0)


def test_what_captions_seldom_mention_is_only_a_weak_no() -> None:
    found = evidence(row(*["A dog runs ."] * 5))
    assert found["hat"] == pytest.approx((0.0, 0.3), abs=1e-3)
    assert found["surfing"] == (0.0, 1.0)


def test_one_kind_of_ball_game_is_sport_too() -> None:
    assert evidence(row(*["Boys play soccer ."] * 5))["sport"] == (1.0, 1.0)


def test_the_sea_is_outdoors_and_a_kitchen_is_not() -> None:
    assert evidence(row(label="sea"))["outdoor"] == (1.0, 1.0)
    kitchen = evidence(row("A woman in a kitchen"))
    assert kitchen["indoor"] == (1.0, 1.0)
    assert kitchen["outdoor"] == (0.0, 1.0)
    assert evidence(row("A woman"))["outdoor"][1] < 0.5
