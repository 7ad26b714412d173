"""What a person sees of readings and posts that are not all well."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from emotigram import Affect, Post, Reading, Sentiment
from emotigram.apps.cli.render import Renderer
from emotigram.domain import Check, Note, PhotoFacts

READING = Reading(
    description={"en": "A dog.", "zh": "一只狗。"},
    tweets={"en": "Good boy."},
    tags=(),
    affect=Affect(Sentiment(0.1, 0.43, 0.47), {"joy": 0.55, "surprise": 0.25, "fear": 0.2}, 0.41, -0.3),
    read_by={},
    photos=(PhotoFacts("[bold]a[/] :dog:.jpg", "", 2, 2),),
)
FAILED = tuple(
    Check(name, passed=False, figure=figure, limit=limit)
    for name, figure, limit in (
        ("length", 300, 280),
        ("soft_length", 12, 25),
        ("title", 40, 20),
        ("hashtags", 9, 5),
        ("language", 0.25, 0.5),
    )
) + tuple(
    Check(name, passed=False, figure=1, limit=0, detail=detail)
    for name, detail in (("faithfulness", "beach"), ("additions", "https://example.com"), ("emotion", "negative"))
)
LONG_LINE = "words " * 40 + "end"


def render(language: str, checks: tuple[Check, ...] = (), reading: Reading = READING) -> str:
    out = io.StringIO()
    notes = (Note("engine", {"text": {"en": "A note.", "zh": "一句说明。"}}),)
    post = Post("Title", LONG_LINE, (), "", LONG_LINE, "x", "en", "plain", "neutral", "embedded", checks, notes)
    console = Console(file=out, width=80, highlight=False, markup=False, emoji=False)
    Renderer(console, language).show(reading, post)
    return out.getvalue()


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "en",
            [
                "The post counts 300; 280 is the most.",
                "12 characters; 25",
                "Only 25% of the words",
                "show: beach",
                "https://example.com",
                "reads as negative",
            ],
        ),
        (
            "zh",
            [
                "全文计 300，上限为 280。",
                "正文 12 个字符，25 个更合适。",
                "只有 25% 的文字",
                "没有的：beach",
                "https://example.com",
                "读起来像 消极",
            ],
        ),
    ],
)
def test_failed_checks_are_explained(language: str, sentences: list[str]) -> None:
    shown = render(language, FAILED)
    assert all(sentence in shown for sentence in sentences)
    assert shown.count("Check" if language == "en" else "检查") == len(FAILED)
    assert ("A note." if language == "en" else "一句说明。") in shown


def test_passed_checks_are_not_worth_a_line() -> None:
    assert "Check" not in render("en", (Check("length", passed=True, figure=3, limit=280),))


def test_close_call_is_said() -> None:
    assert "hard to say" in render("en")
    assert "说不准" in render("zh")


def test_an_engine_that_doubts_itself_shows_no_figures() -> None:
    doubted = replace(READING, affect=replace(READING.affect, sentiment=Sentiment(0.01, 0.07, 0.92, is_unclear=True)))
    assert "hard to say" in render("en", reading=doubted)
    assert "92%" not in render("en", reading=doubted)


CLEAR = replace(READING, affect=replace(READING.affect, sentiment=Sentiment(0.1, 0.2, 0.7)))


def test_emotions_and_feeling_are_named() -> None:
    assert "joy 55% · surprise 25%" in render("en", reading=CLEAR)
    assert "pleasant +0.41 · calm -0.30" in render("en")
    assert "喜悦 55% · 惊讶 25%" in render("zh", reading=CLEAR)
    assert "愉快 +0.41 · 平静 -0.30" in render("zh")


def test_no_emotion_is_named_that_the_sentiment_does_not_bear_out() -> None:
    sad = replace(CLEAR, affect=replace(CLEAR.affect, sentiment=Sentiment(0.7, 0.2, 0.1)))
    assert "surprise 25% · fear 20%" in render("en", reading=sad)
    assert "joy" not in render("en", reading=sad)
    assert "joy" not in render("en")


def test_words_in_the_photo_and_the_reason_of_a_mood_are_shown() -> None:
    reading = replace(CLEAR, seen_text="NO PARKING", mood_reason=Note("mood_picture"))
    for language, reason in (("en", "The picture as a whole looks so."), ("zh", "看整个画面的感觉。")):
        assert "NO PARKING" in render(language, reading=reading)
        assert reason in render(language, reading=reading)


def test_post_is_printed_as_it_is_pasted() -> None:
    assert f"\n{LONG_LINE}\n" in render("en")


def test_markup_in_file_names_is_shown_not_obeyed() -> None:
    assert ":dog:.jpg" in render("en")


def test_interface_language_comes_first() -> None:
    assert render("en").index("A dog.") < render("en").index("一只狗。")
    assert render("zh").index("一只狗。") < render("zh").index("A dog.")
