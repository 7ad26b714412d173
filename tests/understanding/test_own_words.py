"""What the user's own words are about: occasions, tone, what is sober and what only sounds so."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotigram.understanding.own_words import understand
from tests.properties import tried

TEXTS = tomllib.loads(Path(__file__).with_name("serious_and_not.toml").read_text("utf-8"))


@pytest.mark.parametrize("text", TEXTS["sober"])
def test_serious_words_are_sober(text: str) -> None:
    words = understand(text)
    assert words.is_sober
    assert words.tone == "negative"


@pytest.mark.parametrize("text", TEXTS["bright"])
def test_words_that_only_sound_serious_are_not(text: str) -> None:
    assert not understand(text).is_sober, understand(text).occasions


@pytest.mark.parametrize(
    ("text", "occasion"),
    [
        ("我家橘子今天满一岁啦", "birthday"),
        ("上新！鲜榨橙汁第二杯半价", "sale"),
        ("又加班，末班车见", "overtime"),
        ("毕业快乐，各位", "graduation"),
        ("中秋快乐", "mid_autumn"),
        ("搬进新家的第一晚", "new_home"),
        ("谢谢大家来看我", "thanks"),
        ("We moved!", "new_home"),
        ("Happy Halloween from the cat", "halloween"),
        ("Ten years married today", "wedding"),
        ("new menu, now available", "sale"),
        ("last day at the office", "farewell"),
        ("Merry Christmas", "christmas"),
    ],
)
def test_the_occasion_is_told(text: str, occasion: str) -> None:
    assert occasion in understand(text).occasions


@pytest.mark.parametrize(
    ("text", "tone"),
    [
        ("呵呵，真棒呢，又加班", "negative"),
        ("好吃个鬼", "negative"),
        ("不要太好吃", "positive"),
        ("笑死我了", "positive"),
        ("thanks for nothing", "negative"),
        ("not bad at all", "positive"),
        ("could not be happier", "positive"),
        ("just great, the train left", "negative"),
        ("Paris at night never gets old", "positive"),
        ("a table and a chair", None),
    ],
)
def test_irony_negation_and_slang_tell_the_tone(text: str, tone: str | None) -> None:
    assert understand(text).tone == tone


def test_the_name_of_a_place_is_no_occasion() -> None:
    assert understand("Back at the Summer Palace").occasions == ()
    assert understand("圣诞岛的海").occasions == ()
    assert understand("Day 600 in Gaza").is_sober


def test_traditional_characters_are_read_too() -> None:
    assert understand("外婆今天走了，再也吃不到她煮的麵").is_sober


@tried(2)
@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    assert understand(text).tone in (None, "positive", "negative")


@pytest.mark.parametrize("text", ["今天" * 5_000, "a b " * 3_000, "走" * 10_000, "!" * 10_000])
def test_ten_thousand_characters_are_read_by_their_beginning(text: str) -> None:
    assert understand(text) == understand(text[:2_000])
