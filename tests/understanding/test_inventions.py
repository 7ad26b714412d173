"""What nobody gave is found, whoever wrote it; what the user gave, and general talk, is let be."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from emotigram.publishing.checks import filler
from emotigram.understanding.inventions import inventions

STITCHED = tomllib.loads(Path(__file__).with_name("stitched_posts.toml").read_text("utf-8"))


@pytest.mark.parametrize("text", [text for texts in STITCHED.values() for text in texts])
def test_posts_of_stitched_frames_fail(text: str) -> None:
    assert inventions(text, "") or filler(text, "")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It all started with a stupid argument.", "it all started with"),
        ("My hands are still shaking.", "my hands are still shaking"),
        ("今天心情很差，什么都不想做。", "今天心情很差"),
        ("宣布一个好消息。", "宣布一个"),
        ("味道很好。", "味道很好"),
        ("Delicious, and worth every penny.", "delicious"),
        ("走了15公里才到。", "15"),
        ("Took 3 hours.", "3 hours"),
        ("和闺蜜的下午茶。", "和闺蜜"),
        ("A walk with my friends.", "my friends"),
    ],
)
def test_a_life_a_judgement_or_a_figure_that_nobody_gave_is_found(text: str, found: str) -> None:
    assert found in inventions(text, "")


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ("和闺蜜的下午茶，味道很好", "茶还没凉，话已经换了好几个题目。"),
        ("We drove 300 miles with my friends", "The playlist gave out first."),
        ("今天心情很差", "雨把整条街擦亮了。"),
    ],
)
def test_the_users_own_sentences_are_theirs(given: str, line: str) -> None:
    assert inventions(f"{given}。{line}", given) == ()


@pytest.mark.parametrize(
    "text",
    [
        "它看了我三秒，决定不理我。",
        "先喝这一口，再谈人生。",
        "雨把整条街擦亮了。",
        "Small cup, big plans.",
        "Neighbourhood watch, fully staffed.",
        "Every car is him until it isn't.",
        "Printed, folded, real.",
    ],
)
def test_lines_that_say_no_more_than_there_is_pass(text: str) -> None:
    assert inventions(text, "") == ()
    assert filler(text, "") == ()
