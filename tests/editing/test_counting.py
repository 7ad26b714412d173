"""Lengths as each platform counts them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from emotigram import catalogue
from emotigram.editing.counting import count, fits, graphemes, title_length

FAMILY = "👨‍👩‍👧"
HERE = Path(__file__).parent


def vectors(file: str, key: str) -> list[Any]:
    return list(tomllib.loads((HERE / file).read_text("utf-8"))[key])


@pytest.mark.parametrize("vector", vectors("twitter_text.toml", "vectors"), ids=lambda vector: vector["about"])
def test_x_weighs_as_twitter_text_does(vector: dict[str, Any]) -> None:
    text = vector.get("before", "") + vector["text"] * vector.get("times", 1) + vector.get("after", "")
    assert count(text, catalogue.platform("x")) == vector["weight"]


@pytest.mark.parametrize(("title", "length"), vectors("xiaohongshu_titles.toml", "titles"))
def test_xiaohongshu_counts_titles_in_half_widths(title: str, length: int) -> None:
    assert title_length(title, catalogue.platform("xiaohongshu")) == length


@pytest.mark.parametrize(
    ("platform", "text", "length"),
    [
        ("instagram", FAMILY, 5),  # code points
        ("bluesky", FAMILY, 1),  # what people see as one
        ("bluesky", "e\u0301狗", 2),
        ("telegram", "a狗😀", 4),  # UTF-16 code units
        ("threads", "a狗", 2),
        ("threads", "hi 😀", 7),  # an emoji as its UTF-8 bytes
        ("threads", FAMILY, 18),
        ("mastodon", "see https://example.com/a/very/long/path/that/goes/on here", 32),  # a link is 23
        ("mastodon", FAMILY, 1),
        ("pinterest", "狗狗", 2),
        ("weibo", "#狗狗#", 4),
    ],
)
def test_every_platform_counts_its_own_way(platform: str, text: str, length: int) -> None:
    assert count(text, catalogue.platform(platform)) == length


def test_titles_are_counted_by_their_platform() -> None:
    assert title_length("狗狗ab", catalogue.platform("xiaohongshu")) == 3
    assert title_length("狗狗ab", catalogue.platform("douyin")) == 4


def test_bluesky_has_a_limit_of_bytes_too() -> None:
    bluesky = catalogue.platform("bluesky")
    assert fits(FAMILY * 160, bluesky)
    assert count(FAMILY * 200, bluesky) == 200
    assert not fits(FAMILY * 200, bluesky)  # 200 of 300 graphemes, 3600 of 3000 bytes


def test_a_soft_limit_always_fits() -> None:
    assert fits("长" * 5000, catalogue.platform("moments"))


@given(st.text(), st.text(), st.sampled_from([platform.key for platform in catalogue.platforms()]))
@example("\ud83d", "\ude00", "x")
def test_more_words_never_count_less_where_they_stand_apart(first: str, second: str, platform: str) -> None:
    place = catalogue.platform(platform)
    assert 0 <= count(first, place) <= count(f"{first}\n\n{second}", place)


def test_graphemes_are_what_people_see_as_one() -> None:
    assert graphemes(f"a{FAMILY}e\u0301") == ["a", FAMILY, "e\u0301"]
