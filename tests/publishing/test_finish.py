"""From draft to post: what is cleaned, what is cut, and that no limit is ever broken."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from emotigram import catalogue
from emotigram.domain import Draft, Post
from emotigram.publishing.cleaning import clean
from emotigram.publishing.counting import count, graphemes, title_units
from emotigram.publishing.finish import finish, preview
from tests.writers.briefs import brief, reading, tag

PLATFORMS = [platform.key for platform in catalogue.platforms()]
FAMILY, WRITER = "👨‍👩‍👧", "👩🏽‍💻"

alphabet = st.one_of(
    st.characters(),
    st.sampled_from([*"#＃ \n。.!?，\"“”`'", "\u200d", "\ufe0f", "\u0301", "\u200b", "\r\n", "\ud800"]),
    st.sampled_from([FAMILY, WRITER, "🇨🇳", "#️⃣", "❤️", "https://example.com/a ", "狗狗", "word "]),
)
short = st.lists(alphabet, max_size=60).map("".join)
texts = st.one_of(short, st.builds(lambda part, times: part[:9] * times, short, st.integers(1, 300)))
drafts = st.builds(Draft, texts, texts, st.lists(texts, max_size=12).map(tuple))


def finished(text: str, *hashtags: str, platform: str = "instagram", title: str = "", language: str = "en") -> Post:
    of = brief(reading(tag("dog")), platform=platform, language=language)
    return finish(of, Draft(title, text, hashtags), "test", ())


@given(draft=drafts, platform=st.sampled_from(PLATFORMS))
@example(draft=Draft("", "https://" + "a" * 300, ()), platform="x")
@example(draft=Draft("", "", ("a" * 300, "b" * 300)), platform="x")
@example(draft=Draft("", FAMILY * 200, ("tag",)), platform="x")
@example(draft=Draft("狗" * 50, "狗" * 5000, ("狗" * 600, "b")), platform="xiaohongshu")
def test_no_draft_breaks_a_hard_limit(draft: Draft, platform: str) -> None:
    place = catalogue.platform(platform)
    post = finish(brief(reading(), platform=platform), draft, "test", ())
    assert count(post.full_text, place) <= place.text_limit or not place.text_limit
    assert title_units(post.title) <= place.title_limit
    assert len(post.hashtags) <= place.hashtag_limit
    passed = {check.name: check.passed for check in post.checks}
    assert passed["title"]
    assert passed["hashtags"]
    assert passed["length"] == bool(post.full_text)
    post.full_text.encode("utf-8")


@given(parts=st.lists(st.sampled_from([FAMILY, WRITER, "🇨🇳", "❤️", "e\u0301", "狗", "a", " ", "。"]), max_size=400))
@pytest.mark.parametrize("platform", ["x", "xiaohongshu"])
def test_no_cut_splits_what_people_see_as_one_character(platform: str, parts: list[str]) -> None:
    text = "".join(parts * 3)
    kept = finish(brief(reading(), platform=platform), Draft(text, text), "test", ())
    assert set(graphemes(kept.text)) <= {*graphemes(clean(text)), "…"}
    assert set(graphemes(kept.title)) <= {*graphemes(clean(text)), "…"}


@given(draft=drafts, platform=st.sampled_from(PLATFORMS))
def test_the_preview_takes_any_draft_too(draft: Draft, platform: str) -> None:
    post = preview(brief(reading(), platform=platform), draft, "test", ("a note",))
    assert post.notes == ("a note",)
    assert post.checks == ()


@pytest.mark.parametrize(
    "wrapped", ['"Hello."', "“Hello.”", "「Hello.」", "```\nHello.\n```", "```text\n“Hello.”\n```\n"]
)
def test_quotes_and_fences_around_a_text_go(wrapped: str) -> None:
    assert finished(wrapped).text == "Hello."


@pytest.mark.parametrize("text", ['"Yes," she said. "No."', "It's fine", "I said “hello”", "say ```x``` inline"])
def test_quotes_that_belong_to_the_text_stay(text: str) -> None:
    assert finished(text).text == text


def test_invisible_characters_go_and_emoji_stay_whole() -> None:
    scotland = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
    assert finished(f"a\u200bb\ufeff\u202ec\u200d {FAMILY} ❤️ {scotland} {WRITER} 1️⃣\ufe0f").text == (
        f"abc {FAMILY} ❤️ {scotland} {WRITER} 1️⃣"
    )


def test_white_space_is_tidied() -> None:
    assert finished("  one \r\n\r\n\r\n\r\n two\t ").text == "one\n\ntwo"


def test_hashtags_lose_signs_repeats_and_blanks() -> None:
    assert finished("A.", "#dog", "Dog", " ", "＃beach day", "#", "2026", "no!").hashtags == ("dog", "beachday", "no")


def test_hashtags_are_capped_by_the_platform() -> None:
    assert finished("A.", *"abcdefgh").hashtags == tuple("abcde")
    assert finished("A.", *"abcdefgh", platform="moments").hashtags == ()


def test_hashtags_at_the_end_of_a_text_move_to_their_field() -> None:
    post = finished("Good day.\n\n#dog #beach#sea")
    assert (post.text, post.hashtags) == ("Good day.", ("dog", "beach", "sea"))
    assert post.full_text == "Good day.\n\n#dog #beach #sea"


def test_hashtags_within_a_sentence_lose_their_sign() -> None:
    post = finished("My #dog loves it.", "happy")
    assert (post.text, post.hashtags) == ("My dog loves it.", ("happy", "dog"))


def test_topics_of_weibo_end_at_their_second_sign() -> None:
    post = finished("#狗狗#今天很开心 #海滩#", platform="weibo", language="zh")
    assert (post.text, post.hashtags) == ("狗狗今天很开心", ("狗狗", "海滩"))
    assert post.full_text == "狗狗今天很开心\n\n#狗狗# #海滩#"


@pytest.mark.parametrize("text", ["We are #1", "Written in C# today", "See https://example.com/#top", "Press #️⃣"])
def test_signs_that_are_no_hashtags_stay(text: str) -> None:
    assert finished(text).text == text


def test_a_text_of_hashtags_alone_keeps_its_words() -> None:
    assert finished("#dog #beach").text == "dog beach"


def test_a_long_text_ends_with_a_sentence() -> None:
    post = finished("A sentence of some length. " * 20, "dog", platform="x")
    assert post.text.endswith("length.")
    assert 200 < count(post.full_text, catalogue.platform("x")) <= 280


def test_a_long_sentence_ends_at_a_word_with_an_ellipsis() -> None:
    assert finished("never " * 100, platform="x").text.endswith("never…")


def test_title_comes_from_the_draft_or_the_first_clause() -> None:
    assert finished("今天很好，真的。", title="“海滩一日”", platform="xiaohongshu", language="zh").title == "海滩一日"
    assert finished("今天很好，真的。", platform="xiaohongshu", language="zh").title == "今天很好"
    assert finished("今天很好，真的。", title="海滩一日", platform="moments", language="zh").title == ""


def test_a_long_title_is_cut_to_its_units() -> None:
    title = finished("正文。", title="很" * 30, platform="xiaohongshu", language="zh").title
    assert title == "很" * 19 + "…"


def test_alt_text_is_the_description_in_the_posts_language_or_any() -> None:
    both = reading(description={"en": "A dog.", "zh": "一只狗。"})
    assert finish(brief(both, language="zh"), Draft(text="好"), "test", ()).alt_text == "一只狗。"
    only = reading(description={"en": "A dog."})
    assert finish(brief(only, language="zh"), Draft(text="好"), "test", ()).alt_text == "A dog."
    assert finish(brief(reading()), Draft(text="好"), "test", ()).alt_text == ""


def test_alt_text_keeps_to_its_limit() -> None:
    long = reading(description={"en": "A dog runs on. " * 100})
    assert 900 < len(finish(brief(long, platform="x", language="en"), Draft(text="A."), "test", ()).alt_text) <= 1000


def test_checks_tell_what_is_off() -> None:
    post = finished("Only English here.", platform="moments", language="zh")
    checks = {check.name: check for check in post.checks}
    assert list(checks) == ["length", "soft_length", "title", "hashtags", "language"]
    assert not checks["language"].passed
    assert (checks["soft_length"].passed, checks["soft_length"].figure, checks["soft_length"].limit) == (False, 18, 25)


def test_hashtags_links_and_emoji_say_nothing_about_the_language() -> None:
    post = finished("今天很好 😊 https://example.com/a/long/path", "goodmood", platform="weibo", language="zh")
    assert next(check for check in post.checks if check.name == "language").figure == 1


def test_an_empty_text_fails_its_length_check() -> None:
    assert not next(check for check in finished("").checks if check.name == "length").passed


def test_a_soft_limit_never_cuts() -> None:
    of = brief(reading(), platform="x")
    soft = replace(of, platform=replace(of.platform, text_limit_is_hard=False))
    assert len(finish(soft, Draft(text="长" * 300), "test", ()).text) == 300
