"""Sentences say only what is sure: no colour, age or sex that nobody can tell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotigram.captioners.embedded.plain import plain

SURE = {"man": 0.95, "woman": 0.95, "child": 0.95, "elder": 0.95}
WORDS = {"black": 0.1, "white": 0.1, "red": 0.9, "young": 0.1, "uniform": 0.5, "ball": 0.8, "kitchen": 0.9}


@pytest.mark.parametrize(
    ("sentence", "chances", "told"),
    [
        ("A black and white bird is in the water.", SURE, "A bird is in the water."),
        ("A young girl in a red uniform runs.", {}, "A person in a red uniform runs."),
        ("A young girl in a red uniform runs.", SURE, "A girl in a red uniform runs."),
        ("A young boy plays.", {"child": 0.95}, "A child plays."),
        ("A man and a woman are sitting.", {}, "Two people are sitting."),
        ("A man and a woman are sitting.", {"man": 0.95}, "A man and a person are sitting."),
        ("Two men play with a white ball.", {}, "Two people play with a ball."),
        ("A woman dressed in white.", SURE, ""),
        ("A white elephant stands.", SURE, "An elephant stands."),
        ("A red and white ball.", SURE, "A red ball."),
    ],
)
def test_what_is_not_sure_is_left_out(sentence: str, chances: dict[str, float], told: str) -> None:
    assert plain(sentence, "en", WORDS, chances) == told


@pytest.mark.parametrize(
    ("sentence", "chances", "told"),
    [
        ("一个小女孩在踢足球。", {}, "一个人在踢足球。"),
        ("一个小女孩在踢足球。", {"child": 0.95}, "一个小孩在踢足球。"),
        ("一位老人坐在椅子上。", {}, "一个人坐在椅子上。"),
        ("穿着白色衣服的男人在跑步。", SURE, "男人在跑步。"),
        ("穿着红色衣服的男人在跑步。", SURE, "穿着红色衣服的男人在跑步。"),
        ("白色的狗在奔跑。", SURE, "狗在奔跑。"),
        ("一个男人和一个女人在合照。", {}, ""),
        ("景色很美。", {}, "景色很美。"),
    ],
)
def test_chinese_leaves_out_the_same(sentence: str, chances: dict[str, float], told: str) -> None:
    assert plain(sentence, "zh", WORDS, chances) == told


def test_a_word_that_hardly_anybody_would_use_makes_the_sentence_unfit() -> None:
    assert plain("A dog is in the kitchen.", "en", {"dog": 0.9, "kitchen": 0.01}, {}) == ""


@given(st.text(max_size=60), st.sampled_from(["en", "zh"]))
def test_any_sentence_comes_out_no_longer_than_it_was(sentence: str, language: str) -> None:
    assert len(plain(sentence, language, WORDS, {})) <= 2 * len(sentence) + 2
