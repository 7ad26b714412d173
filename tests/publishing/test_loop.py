"""The loop: which candidate wins and why, what is mended, and what is never returned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotigram import catalogue
from emotigram.domain import Brief, Candidate, Check, Draft, Post, SentimentLabel, Usage
from emotigram.editing.counting import count
from emotigram.errors import BudgetSpent, ChatBusy, ChatError, ChatRejected, PostUnfit
from emotigram.publishing.loop import Loop
from emotigram.testing.writers import DictatedWriter
from tests.properties import tried
from tests.publishing.test_finish import PLATFORMS, drafts
from tests.writers.briefs import brief, judge, reading, tag

GLAD = "Happy paws, glad walk: a wonderful, lovely dog, full of joy, and it shows!"
SAD = "Sad and lonely, everything hurts, a miserable walk, even with this dog."
BEACH = "Happy paws, glad walk: a wonderful, lovely dog on the beach, full of joy!"
LINKED = "Happy paws: a wonderful, lovely dog, full of joy! More on https://example.com"
CHINESE = "狗狗一路小跑，尾巴摇个不停，散步的路走了一遍又一遍，还是走不够。"


def of(
    platform: str = "instagram", language: str = "en", tone: SentimentLabel = "positive", **changes: object
) -> Brief:
    made = brief(reading(tag("dog"), tag("walking")), platform=platform, language=language, tone=tone)
    return replace(made, **changes)  # type: ignore[arg-type]


def numbered(*texts: str, first: int = 0) -> list[Draft]:
    return [Draft(text=text, candidate=first + at) for at, text in enumerate(texts)]


def run(writer: DictatedWriter, of: Brief, repairs: int = 1) -> Post:
    *_, post = Loop(writer, judge(), repairs).posts(of)
    return post


def check(post: Post | Candidate, name: str) -> Check:
    return next(each for each in post.checks if each.name == name)


@pytest.mark.parametrize("worse", [SAD, BEACH, LINKED, CHINESE, f"Here's a caption: {GLAD}", f"{GLAD} " * 3, "ok"])
def test_the_candidate_with_the_least_wrong_wins(worse: str) -> None:
    writer = DictatedWriter(numbered(worse, GLAD))
    post = run(writer, of())
    assert post.text == GLAD
    assert all(each.passed for each in post.checks)
    assert post.candidates[0].text == GLAD
    assert post.candidates[0].demerits < post.candidates[1].demerits
    assert writer.asked == []


@pytest.mark.parametrize(
    ("text", "name", "detail"),
    [
        (SAD, "emotion", "negative"),
        (BEACH, "faithfulness", "beach"),
        (LINKED, "additions", "https://example.com"),
        (f"Here's a caption: {GLAD}", "phrases", "here's a caption"),
        (f"{GLAD} " * 3, "repetition", ""),
        (f"{GLAD} " * 40, "whole", ""),
        (CHINESE, "language", ""),
        ("", "length", ""),
    ],
)
def test_what_fails_is_told_to_the_writer_and_mended(text: str, name: str, detail: str) -> None:
    writer = DictatedWriter(numbered(text), numbered(GLAD, first=3))
    post = run(writer, of())
    ((candidate, faults),) = writer.asked
    assert name in [fault.name for fault in faults]
    assert detail in check(candidate, name).detail
    assert post.text == GLAD
    assert [each.is_repaired for each in post.candidates] == [True, False]


def test_a_repair_that_is_worse_is_not_taken() -> None:
    post = run(DictatedWriter(numbered(BEACH), numbered(CHINESE, first=3)), of())
    assert post.text == BEACH
    assert check(post, "faithfulness").detail == "beach"  # and the post says what is wrong with it


def test_no_repair_is_asked_for_where_none_is_wanted() -> None:
    writer = DictatedWriter(numbered(SAD), numbered(GLAD, first=3))
    assert run(writer, of(), repairs=0).text == SAD
    assert writer.asked == []


def test_a_wished_tone_is_judged_not_the_one_read() -> None:
    sad = of(tone="negative")
    assert run(DictatedWriter(numbered(GLAD, SAD)), sad).text == SAD
    assert check(run(DictatedWriter(numbered(SAD)), sad), "emotion").passed


@pytest.mark.parametrize("text", [CHINESE, "", "\u200b"])
def test_a_post_that_fails_a_hard_check_is_never_returned(text: str) -> None:
    with pytest.raises(PostUnfit) as refusal:
        run(DictatedWriter(numbered(text), numbered(text, first=3)), of())
    assert refusal.value.retryable


def test_a_post_that_quotes_what_its_writer_was_told_is_never_returned() -> None:
    rules = "You turn what was read from one photo into social media posts, in the first person."
    writer = DictatedWriter(numbered(f"Happy dog! {rules.upper()}"), rules=rules)
    with pytest.raises(PostUnfit, match="secrecy"):
        run(writer, of())


@dataclass
class BusyAtRepair(DictatedWriter):
    error: ChatError = field(default_factory=lambda: ChatBusy(provider="test"))

    def repair(self, brief: Brief, candidate: Candidate, faults: Sequence[Check]) -> Iterator[Draft]:
        raise self.error
        yield Draft()


def test_a_repair_that_cannot_be_had_leaves_what_can_be_published() -> None:
    spent = BudgetSpent(provider="test", spent="1", budget="1", currency="CNY")
    assert run(BusyAtRepair(numbered(BEACH)), of()).text == BEACH
    assert run(BusyAtRepair(numbered(BEACH), error=spent), of()).text == BEACH
    with pytest.raises(ChatBusy):
        run(BusyAtRepair(numbered(CHINESE)), of())
    with pytest.raises(ChatRejected):
        run(BusyAtRepair(numbered(BEACH), error=ChatRejected(provider="test", detail="")), of())


def test_the_creators_earlier_posts_are_not_repeated() -> None:
    other = "Such a lovely stroll, such a glad dog, and a wagging, happy tail for everyone."
    post = run(DictatedWriter(numbered(GLAD, other)), of(past_posts=(f"{GLAD} And more.",)))
    assert post.text == other
    assert check(post.candidates[1], "repetition").figure == 1


def test_the_first_candidate_is_shown_as_it_grows() -> None:
    growing = [Draft(text="I am"), Draft(text=GLAD), *numbered(SAD, first=1)]
    shown = [post.text for post in Loop(DictatedWriter(growing), judge()).posts(of())]
    assert shown == ["I am", GLAD, GLAD]


def test_traditional_chinese_is_judged_and_other_languages_say_they_are_not() -> None:
    glad = "今天和狗狗一起散步，真的好開心，好幸福，好喜歡這樣的日子，希望天天都這樣。"
    assert check(run(DictatedWriter(numbered(glad)), of(language="zh-TW")), "emotion").passed
    japanese = run(DictatedWriter(numbered("今日は犬とお散歩できて、とても嬉しかったです。")), of(language="ja"))
    assert "emotion" not in [each.name for each in japanese.checks]


def test_what_every_request_used_is_added_up() -> None:
    used = Usage(100, 0, 50, 0.5, "CNY")
    writer = DictatedWriter(
        [Draft(text=SAD, usage=used)], [Draft(text=GLAD, candidate=3, usage=replace(used, cached_tokens=90))]
    )
    assert run(writer, of()).usage == Usage(200, 90, 100, 1.0, "CNY")
    assert run(DictatedWriter(numbered(GLAD)), of()).usage is None


@tried(1.5)
@given(
    made=st.lists(drafts, min_size=1, max_size=3),
    platform=st.sampled_from(PLATFORMS),
    language=st.sampled_from([language.key for language in catalogue.languages()]),
)
def test_no_returned_post_breaks_a_hard_limit(made: list[Draft], platform: str, language: str) -> None:
    given_drafts = [replace(draft, candidate=at) for at, draft in enumerate(made)]
    try:
        post = run(DictatedWriter(given_drafts), of(platform, language), repairs=0)
    except PostUnfit:
        return  # nothing is returned, and the studio has the embedded writer write
    place = catalogue.platform(platform)
    assert post.full_text
    assert count(post.full_text, place) <= place.text_limit or not place.text_limit
    assert [each.name for each in post.checks if each.is_hard and not each.passed] == []
