"""The result column as HTML."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotigram.apps.web.view import View, render
from emotigram.domain import Affect, Check, Post, Reading, Sentiment, Tag


def reading(sentiment: Sentiment) -> Reading:
    tags = (Tag("tower", 0.9, {"en": "tower", "zh": "塔"}),)
    return Reading({"en": "A tower.", "zh": "一座塔。"}, {"en": "Look up."}, tags, Affect(sentiment), {})


def post(text: str) -> Post:
    return Post("", text, (), "", text, "instagram", "en", "plain", "neutral", "embedded")


class Copied(HTMLParser):
    """Collects what the copy buttons hold, and the tags seen."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str | None] = []
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.texts += [value for name, value in attrs if name == "data-copy"]


@given(st.text(min_size=1))
def test_any_text_is_copied_exactly_and_never_becomes_markup(text: str) -> None:
    page = Copied(render(View("done", post=post(text)), "en"))
    plain = Copied(render(View("done", post=post("plain")), "en"))
    assert page.texts == [text]
    assert page.tags == plain.tags


@pytest.mark.parametrize(("language", "words"), [("en", "Hard to say"), ("zh", "难以断定")])
def test_an_ambiguous_sentiment_is_called_so(language: str, words: str) -> None:
    assert words in render(View("done", reading(Sentiment(0.4, 0.42, 0.18))), language)


@pytest.mark.parametrize(("language", "words"), [("en", "positive, 70%"), ("zh", "积极，70%")])
def test_a_clear_sentiment_is_named_with_its_percentage(language: str, words: str) -> None:
    html = render(View("done", reading(Sentiment(0.1, 0.2, 0.7))), language)
    assert words in html
    assert all(f"{percent}%" in html for percent in (10, 20, 70))


def test_the_likeliest_emotion_is_named() -> None:
    shown = Reading(
        {"en": "A tower."}, {}, (), Affect(Sentiment(0.1, 0.2, 0.7), {"joy": 0.9, "fear": 0.1}, 0.6, 0.0), {}
    )
    html = render(View("done", shown), "en")
    assert "Emotion: joy 90%" in html
    assert "pleasant +0.60" in html
    assert "Emotion" not in render(View("done", reading(Sentiment(0.1, 0.2, 0.7))), "en")


@pytest.mark.parametrize(("language", "words"), [("en", "reads as negative"), ("zh", "读起来像 消极")])
def test_what_a_check_found_is_said(language: str, words: str) -> None:
    emotion = Check("emotion", passed=False, figure=0.2, limit=0.7, detail="negative")
    invented = Check("faithfulness", passed=False, figure=1, limit=0, detail="<b>beach</b>")
    fine = Check("length", passed=True, figure=5, limit=280)
    html = render(View("done", post=replace(post("Hello"), checks=(emotion, invented, fine))), language)
    assert words in html
    assert "&lt;b&gt;beach&lt;/b&gt;" in html
    assert html.count("eg-note") == 2


def test_before_the_first_photo_there_is_a_hint() -> None:
    assert "Your post appears here" in render(View(), "en")
