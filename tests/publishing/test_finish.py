"""From draft to post: what is cleaned, what is cut, and that no limit is ever broken."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from emotigram import catalogue
from emotigram.domain import Check, Draft
from emotigram.editing.cleaning import clean
from emotigram.editing.counting import count, graphemes, title_length
from emotigram.publishing.additions import mentions
from emotigram.publishing.checks import checks_of
from emotigram.publishing.finish import Finished, finish, preview
from tests.writers.briefs import brief, reading, tag

PLATFORMS = [platform.key for platform in catalogue.platforms()]
FAMILY, WRITER = "👨‍👩‍👧", "👩🏽‍💻"

alphabet = st.one_of(
    st.characters(),
    st.sampled_from([*"#＃ \n。.!?，\"“”`'", "\u200d", "\ufe0f", "\u0301", "\u200b", "\r\n", "\ud800"]),
    st.sampled_from(
        [FAMILY, WRITER, "🇨🇳", "#️⃣", "❤️", "https://example.com/a ", "狗狗", "word ", "שלום ", "مرحبا ", "\u202e"]
    ),
    st.sampled_from(["@someone ", "#tag ", "#话题#", "+86 138 0000 0000 "]),
)
short = st.lists(alphabet, max_size=60).map("".join)
texts = st.one_of(short, st.builds(lambda part, times: part[:9] * times, short, st.integers(1, 300)))
drafts = st.builds(Draft, texts, texts, st.lists(texts, max_size=12).map(tuple))


def finished(text: str, *hashtags: str, platform: str = "instagram", title: str = "", language: str = "en") -> Finished:
    of = brief(reading(tag("dog")), platform=platform, language=language)
    return finish(Draft(title, text, hashtags), of)


def checks(text: str, platform: str = "instagram", language: str = "en") -> dict[str, Check]:
    of = brief(reading(tag("dog")), platform=platform, language=language)
    return {check.name: check for check in checks_of(finish(Draft(text=text), of), of)}


@given(draft=drafts, platform=st.sampled_from(PLATFORMS))
@example(draft=Draft("", "https://" + "a" * 300, ()), platform="x")
@example(draft=Draft("", "", ("a" * 300, "b" * 300)), platform="x")
@example(draft=Draft("", FAMILY * 200, ("tag",)), platform="x")
@example(draft=Draft("狗" * 50, "狗" * 5000, ("狗" * 600, "b")), platform="xiaohongshu")
def test_no_draft_breaks_a_hard_limit(draft: Draft, platform: str) -> None:
    place = catalogue.platform(platform)
    of = brief(reading(), platform=platform)
    post = finish(draft, of)
    assert count(post.full_text, place) <= place.text_limit or not place.text_limit
    assert len(post.full_text.encode("utf-8")) <= place.byte_limit or not place.byte_limit
    assert title_length(post.title, place) <= place.title_limit
    assert len(post.hashtags) <= place.hashtag_limit
    assert all(len(graphemes(each)) <= place.hashtag_length for each in post.hashtags if place.hashtag_length)
    assert mentions(post.full_text) <= place.mention_limit or not place.mention_limit
    assert len(post.alt_text) <= place.alt_text_limit or not place.alt_text_limit
    failed = {check.name for check in checks_of(post, of) if check.is_hard and not check.passed}
    assert failed <= ({"language"} if post.full_text else {"language", "length"})


@given(parts=st.lists(st.sampled_from([FAMILY, WRITER, "🇨🇳", "❤️", "e\u0301", "狗", "a", " ", "。"]), max_size=400))
@pytest.mark.parametrize("platform", ["x", "xiaohongshu"])
def test_no_cut_splits_what_people_see_as_one_character(platform: str, parts: list[str]) -> None:
    text = "".join(parts * 3)
    kept = finish(Draft(text, text), brief(reading(), platform=platform))
    assert set(graphemes(kept.text)) <= {*graphemes(clean(text)), "…"}
    assert set(graphemes(kept.title)) <= {*graphemes(clean(text)), "…"}


@given(draft=drafts, platform=st.sampled_from(PLATFORMS))
def test_the_preview_takes_any_draft_too(draft: Draft, platform: str) -> None:
    place = catalogue.platform(platform)
    so_far = preview(draft, brief(reading(), platform=platform))
    assert count(so_far.full_text, place) <= place.text_limit or not place.text_limit


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


@pytest.mark.parametrize("text", ["We are #1", "Written in C# today", "Press #️⃣"])
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
    assert finished("今天很好，真的。风也很好。", platform="xiaohongshu", language="zh").title == "今天很好"
    assert (
        finished("今天很好，真的。", platform="xiaohongshu", language="zh").title == ""
    )  # it would say the same twice
    assert finished("今天很好，真的。", title="海滩一日", platform="moments", language="zh").title == ""


def test_a_long_title_is_cut_to_its_units() -> None:
    title = finished("正文。", title="很" * 30, platform="xiaohongshu", language="zh").title
    assert title == "很" * 19 + "…"


def alt_text(of: Draft, platform: str = "x", language: str = "en", **descriptions: str) -> str:
    return finish(
        of, brief(reading(tag("dog"), description=descriptions), platform=platform, language=language)
    ).alt_text


def test_alt_text_is_the_description_in_the_posts_language_or_any() -> None:
    both = {"en": "A dog.", "zh": "一只狗。"}
    assert alt_text(Draft(text="好"), language="zh", **both) == "一只狗。"
    assert alt_text(Draft(text="好"), language="zh-TW", **both) == "一隻狗。"
    assert alt_text(Draft(text="好"), language="zh", en="A dog.") == "A dog."
    assert alt_text(Draft(text="好")) == ""


def test_alt_text_of_the_writer_is_taken_where_it_is_sound() -> None:
    theirs = Draft(text="A.", alt_text="A dog looks at the camera.")
    assert alt_text(theirs, en="A dog.") == "A dog looks at the camera."
    assert alt_text(replace(theirs, alt_text="A dog and a cat on a beach."), en="A dog.") == "A dog."  # invented
    assert alt_text(replace(theirs, alt_text="一只狗看着镜头。"), en="A dog.") == "A dog."  # another language
    assert alt_text(replace(theirs, alt_text="A dog, see https://example.com/x"), en="A.") == "A dog"


def test_a_platform_without_alt_text_gets_none() -> None:
    assert alt_text(Draft(text="A.", alt_text="A dog."), platform="moments", en="A dog.") == ""


def test_alt_text_keeps_to_its_limit() -> None:
    assert 900 < len(alt_text(Draft(text="A."), en="A dog runs on. " * 100)) <= 1000


def test_links_mentions_and_numbers_that_nobody_gave_are_taken_out() -> None:
    post = finished(
        "Good dog. https://evil.example/x call +86 138 0000 0000 or @spammer, mail a@b.com, see evil.com/win"
    )
    assert post.text == "Good dog."  # the rest said nothing else
    assert post.additions == ("https://evil.example/x", "+86 138 0000 0000", "@spammer", "a@b.com", "evil.com/win")


def test_the_users_own_links_and_mentions_stay() -> None:
    own = brief(reading(user_text="with @luna, more at https://luna.example/a#top"), platform="x", language="en")
    text = "With @luna today, see https://luna.example/a#top"
    assert finish(Draft(text=text), own).text == text


def test_more_mentions_than_the_platform_takes_lose_their_sign() -> None:
    own = brief(reading(user_text="@a @b @c @d @e"), platform="instagram", language="en")
    assert finish(Draft(text="Hi @a @b @c @d @e"), own).text == "Hi @a @b @c d e"


def test_checks_tell_what_is_off() -> None:
    found = checks("Only English here.", platform="moments", language="zh")
    always = ["language", "faithfulness", "invented", "specific", "phrases", "filler", "additions", "repetition"]
    assert list(found) == ["length", "hashtags", "soft_length", "lines", *always]
    assert not found["language"].passed
    assert (found["soft_length"].passed, found["soft_length"].figure, found["soft_length"].limit) == (True, 18, 100)


def test_hashtags_links_and_emoji_say_nothing_about_the_language() -> None:
    assert (
        checks("今天很好 😊 https://example.com/a/long/path", platform="weibo", language="zh")["language"].figure == 1
    )


def test_an_empty_text_fails_its_length_check() -> None:
    assert not checks("")["length"].passed


def test_a_text_that_was_cut_says_so() -> None:
    found = checks("never " * 100, platform="x")
    assert found["length"].passed
    assert (found["whole"].passed, found["whole"].figure, found["whole"].limit) == (False, 599, 280)


def test_a_soft_limit_never_cuts() -> None:
    assert len(finished("长" * 300, platform="moments", language="zh").text) == 300


@pytest.mark.parametrize(
    ("language", "plain"),
    [("en", "A photo."), ("zh", "一张照片。"), ("zh-TW", "一張照片。"), ("es", "Una foto."), ("fr", "A photo.")],
)
def test_alt_text_says_no_more_than_was_read(language: str, plain: str) -> None:
    """Where nothing was, a writer's own alt text could only be made up."""
    of = brief(reading(description={"en": "A photo.", "zh": "一张照片。"}), platform="x", language=language)
    assert finish(Draft(text="好", alt_text="Orange and grey shapes, softly blurred."), of).alt_text == plain
