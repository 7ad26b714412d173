"""Lengths as each platform counts them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emotigram import catalogue
from emotigram.publishing.counting import count, graphemes, title_units

FAMILY = "👨‍👩‍👧"


# Cases of twitter-text's conformance/validate.yml, at the weights of its configuration v3.
@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("", 0),
        ("This is a test.", 15),
        ("http://test.com", 23),
        ("https://test.com", 23),
        ("test.com", 23),
        ("Test https://test.com test https://test.com test.com test", 86),
        ("\U00010000\U0010ffff", 4),
        ("저찀쯿쿿", 8),
        ("H🐱☺", 5),
        ("の" * 140, 280),
        ("é" * 280, 280),
        ("e\u0301", 1),
        ("狗狗和海滩", 10),
        (FAMILY, 2),
        ("🇨🇳🇬🇧", 4),
        ("#️⃣", 2),
        ("👍🏽", 2),
        ("“quoted” – so…", 15),
    ],
)
def test_x_weighs_code_points_links_and_emoji(text: str, weight: int) -> None:
    assert count(text, catalogue.platform("x")) == weight


def test_chinese_may_follow_a_link_without_a_space() -> None:
    assert count("https://example.com/a狗狗", catalogue.platform("x")) == 27


def test_a_long_word_with_a_dot_is_not_counted_short() -> None:
    assert count("a" * 100 + ".com", catalogue.platform("x")) >= 100


def test_characters_are_code_points_and_graphemes_what_people_see() -> None:
    instagram = catalogue.platform("instagram")
    assert count(FAMILY, instagram) == 5
    assert count(FAMILY, replace(instagram, counting="graphemes")) == 1
    assert graphemes(f"a{FAMILY}e\u0301") == ["a", FAMILY, "e\u0301"]


@pytest.mark.parametrize(
    ("title", "units"),
    [("", 0), ("狗狗", 2), ("ab", 1), ("abc", 2), ("狗a", 2), ("👍", 2), ("狗" * 20, 20), ("a" * 40, 20), ("é", 1)],
)
def test_title_units_follow_xiaohongshu(title: str, units: int) -> None:
    assert title_units(title) == units
