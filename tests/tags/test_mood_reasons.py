"""Why a photo is said to be pleasant or unpleasant."""

import pytest

from emotigram.data_files import read_data
from emotigram.domain import Affect, Sentiment
from emotigram.tags.mood_reasons import mood_reason
from emotigram.tags.selection import tag_of
from emotigram.tags.vocabulary import tag_entries

HAPPY, SAD, CALM = (Affect(Sentiment(*p)) for p in ((0.05, 0.1, 0.85), (0.8, 0.15, 0.05), (0.1, 0.8, 0.1)))
UNCLEAR = Affect(Sentiment(0.36, 0.34, 0.3))


@pytest.mark.parametrize(
    ("affect", "keys", "words", "english", "chinese"),
    [
        (HAPPY, ("beach", "person"), "", "It shows a beach, which most people find so.", "因为拍到了海滩。"),
        (HAPPY, ("person",), "", "The picture as a whole looks so.", "看整个画面的感觉。"),
        (HAPPY, ("person",), "Best day ever", "It is your words that sound so.", "从你写的文字看出来的。"),
        (SAD, ("beach", "night"), "", "It shows the night, which most people find so.", "因为拍到了夜色。"),
        (UNCLEAR, ("beach",), "", "The picture alone does not tell a mood", "光看照片说不准心情"),
    ],
)
def test_a_mood_comes_with_its_reason(
    affect: Affect, keys: tuple[str, ...], words: str, english: str, chinese: str
) -> None:
    reason = mood_reason(affect, [tag_of(key, 0.9) for key in keys], words)
    assert reason is not None
    assert reason.message("en").startswith(english)
    assert reason.message("zh").startswith(chinese)


@pytest.mark.parametrize(("affect", "words"), [(CALM, ""), (CALM, "on the bus"), (UNCLEAR, "hm")])
def test_where_nothing_is_claimed_no_reason_is_given(affect: Affect, words: str) -> None:
    assert mood_reason(affect, [tag_of("beach", 0.9)], words) is None


def test_what_a_thing_is_a_kind_of_speaks_for_it_under_its_own_name() -> None:
    reason = mood_reason(HAPPY, [tag_of("daisy", 0.9)], "")
    assert reason is not None
    assert "daisy" in reason.message("en")


def test_every_reason_is_a_thing_that_photos_can_hold() -> None:
    assert {key for group in read_data("mood_reasons.toml").values() for key in group} <= set(tag_entries())
