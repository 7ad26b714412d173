"""Parts of the page as HTML."""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotigram.apps.feelings import feeling, likely_emotions
from emotigram.apps.web.choices import edit_of
from emotigram.apps.web.preview import preview_of
from emotigram.apps.web.session import Session, Shot
from emotigram.apps.web.view import render
from emotigram.domain import Affect, Candidate, Note, Reading, Sentiment
from tests.apps.web.posts import a_post, a_reading, failed


class Seen(HTMLParser):
    """Collects the tags, and what the copy buttons hold."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.copied: list[str | None] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.copied += [value for name, value in attrs if name == "data-copy"]


def read_as(reading: Reading, language: str) -> str:
    shot = Shot(1, "tower.jpg", stage="done", reading=reading)
    told = {"emotions": likely_emotions(reading.affect, language), "feeling": feeling(reading.affect, language)}
    return render("reading", language, shot=shot, **told)


@given(st.text(min_size=1))
def test_any_text_is_copied_exactly_and_never_becomes_markup(text: str) -> None:
    def card(words: str) -> Seen:
        counter = SimpleNamespace(figure=1, limit=0, level="fine")
        everywhere = SimpleNamespace(is_done=True, errors={})
        cards = [{"post": a_post(words), "counter": counter}]
        return Seen(render("everywhere", "en", everywhere=everywhere, cards=cards, shot=Shot(1, words)))

    assert card(text).copied == [text]
    assert card(text).tags == card("plain").tags


@given(st.text(min_size=1))
def test_what_was_typed_never_becomes_markup_in_the_preview(text: str) -> None:
    post = a_post(text, platform="xiaohongshu", title=text)

    def tags(words: str) -> set[str]:
        edit = edit_of(post)._replace(title=words, text=words)
        shown = render("preview", "en", shot=Shot(1, "a"), post=post, preview=preview_of(edit, post))
        return set(Seen(shown).tags)

    assert tags(text) == tags("plain")


@pytest.mark.parametrize(("language", "words"), [("en", "Hard to say"), ("zh", "说不准")])
def test_an_ambiguous_sentiment_is_called_so_and_its_margin_is_marked(language: str, words: str) -> None:
    html = read_as(a_reading(Sentiment(0.4, 0.42, 0.18)), language)
    assert words in html
    assert html.count("<u style=") == 1
    assert "left:40.0%;width:2.0%" in html


@pytest.mark.parametrize(("language", "words"), [("en", "positive, 70%"), ("zh", "积极，70%")])
def test_a_clear_sentiment_is_named_with_its_percentage(language: str, words: str) -> None:
    html = read_as(a_reading(), language)
    assert words in html
    assert all(f"{percent}%" in html for percent in (10, 20, 70))
    assert "<u style=" not in html


def test_emotion_and_valence_are_told_in_words() -> None:
    affect = Affect(Sentiment(0.1, 0.2, 0.7), {"joy": 0.9, "fear": 0.1}, 0.6, 0.0)
    html = read_as(Reading({"en": "A tower."}, {}, (), affect, {}), "en")
    assert "Emotion: joy 90%" in html
    assert "pleasant +0.60" in html
    assert "Emotion" not in read_as(a_reading(), "en")


@pytest.mark.parametrize(("language", "words"), [("en", "reads as negative"), ("zh", "读起来像 消极")])
def test_what_a_check_found_is_said(language: str, words: str) -> None:
    checks = (
        failed("emotion", figure=0.2, limit=0.7, detail="negative"),
        failed("faithfulness", detail="<b>beach</b>"),
    )
    notes = (Note("no_key", {"key_env": "<KEY>"}),)
    html = render("notes", language, post=a_post(checks=checks, notes=notes), is_ready=True)
    assert words in html
    assert escape(notes[0].message(language)) in html
    assert "&lt;b&gt;beach&lt;/b&gt;" in html
    assert html.count("eg-note") == len(checks) + len(notes) + 1


def test_a_single_draft_is_compared_with_nothing() -> None:
    draft = Candidate("", "Hello", (), "", "Hello", (), 0.0)
    session = Session()
    shot = session.add("a.jpg", "")
    for drafts, words in (((draft,), "side by side"), ((draft, draft), "two best of 2")):
        shot.entry = session.record(shot, a_post(candidates=drafts), session.wish)
        assert words in render("compare", "en", shot=shot, edit=shot.edit)


@pytest.mark.parametrize(("goes_to", "words"), [("", "stay on this computer"), ("DeepSeek", "are sent to DeepSeek")])
def test_the_page_says_who_gets_the_photos(goes_to: str, words: str) -> None:
    nothing = {"session": Session(), "shot": None, "steps": [], "larger": ""}
    html = render("status", "en", **nothing, photos_go_to=goes_to, is_local=True)
    assert words in html
    assert "Your post appears here" in html
    elsewhere = render("status", "en", **nothing, photos_go_to=goes_to, is_local=False)
    assert "stay on this computer" not in elsewhere
