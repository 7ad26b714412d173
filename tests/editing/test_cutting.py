"""A long text as a thread: nothing lost, nothing torn, every post within the limits."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from emotigram import catalogue
from emotigram.editing.counting import LINK, fits, graphemes
from emotigram.editing.cutting import cut_thread, trim

PLATFORMS = ("x", "bluesky", "threads", "mastodon", "pinterest", "telegram")
PIECES = st.sampled_from(
    [
        "We walked along the river until the lamps came on. ",
        "今天的晚霞特别好看，我们沿着河边走了很久。",
        "https://example.org/a/very/long/path?with=a&query=of-its-own ",
        "👨‍👩‍👧‍👦",
        "🇨🇳🏳️‍🌈",
        "é ",
        "#sunset #黄昏 ",
        "Donaudampfschifffahrtsgesellschaft" * 12,
        "\n\n",
        "नमस्ते ",
    ]
)
TEXTS = st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=900)


def bare(text: str) -> str:
    return "".join(text.split())


@given(TEXTS, st.sampled_from(PLATFORMS))
def test_nothing_is_lost_and_every_post_fits(text: str, key: str) -> None:
    platform = catalogue.platform(key)
    posts = cut_thread(text, platform)
    assert bare("".join(posts)) == bare(text)
    for post in posts:
        assert post == post.strip() != ""
        assert fits(post, platform) or len(graphemes(post)) == 1 or LINK.fullmatch(post)


@given(TEXTS, st.sampled_from(PLATFORMS))
def test_no_character_and_no_link_is_torn(text: str, key: str) -> None:
    posts = cut_thread(text, catalogue.platform(key))
    parts = [cluster for post in posts for cluster in graphemes(post) if not cluster.isspace()]
    assert parts == [cluster for cluster in graphemes(text.strip()) if not cluster.isspace()]
    links = [link for post in posts for link in LINK.findall(post)]
    assert links == LINK.findall(text)


def test_a_text_that_fits_is_one_post_and_a_blank_one_none() -> None:
    assert cut_thread(" Hello there. \n", catalogue.platform("x")) == ["Hello there."]
    assert cut_thread(" \n ", catalogue.platform("x")) == []


@pytest.mark.parametrize(
    ("sentence", "ending"), [("The lamps along the river came on. ", "."), ("河边的灯一盏一盏亮了起来。", "。")]
)
def test_posts_end_with_sentences(sentence: str, ending: str) -> None:
    posts = cut_thread(sentence * 30, catalogue.platform("x"))
    assert len(posts) > 2
    assert all(post.endswith(ending) for post in posts)


def test_without_sentences_posts_end_with_words() -> None:
    words = [f"word{number}" for number in range(200)]
    posts = cut_thread(" ".join(words), catalogue.platform("bluesky"))
    assert [word for post in posts for word in regex.split(r"\s+", post)] == words


CUT = (
    ("他说：“走吧。”然后我们就出发了，一路往南", 8, "他说：“走吧。”"),
    ("I said “go now.” Then we left for home", 22, "I said “go now.”"),
)


@pytest.mark.parametrize(("text", "length", "beginning"), CUT)
def test_a_closing_quotation_mark_stays_with_its_sentence(text: str, length: int, beginning: str) -> None:
    assert trim(text, lambda start: len(start) <= length) == beginning


@given(TEXTS, st.integers(0, 300))
def test_a_trimmed_text_is_a_beginning_that_fits(text: str, length: int) -> None:
    cut = trim(text, lambda start: len(start) <= length)
    assert len(cut) <= length or cut == text
    assert text.startswith(cut.removesuffix("…"))
