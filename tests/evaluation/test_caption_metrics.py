"""Caption metrics against published examples, and CIDEr-D against its formula written out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotigram.evaluation.caption_metrics import derangement, score_captions, shuffled_cider_d, split_words

# Papineni et al. 2002, BLEU: examples 1 and 2 with their counts
REFERENCES = [
    "It is a guide to action that ensures that the military will forever heed Party commands",
    "It is the guiding principle which guarantees the military forces always being under the command of the Party",
    "It is the practical guide for the army always to heed the directions of the party",
]
GOOD = "It is a guide to action which ensures that the military always obeys the commands of the party"
BAD = "It is to insure the troops forever hearing the activity guidebook that party direct"


def test_bleu_on_the_examples_of_its_paper() -> None:
    good = score_captions([GOOD], [REFERENCES], "en").bleu
    assert good[0] == pytest.approx(17 / 18)
    assert good[1] == pytest.approx(math.sqrt(17 / 18 * 10 / 17))
    brevity = math.exp(1 - 16 / 14)
    bad = score_captions([BAD], [REFERENCES], "en").bleu
    assert bad[0] == pytest.approx(brevity * 8 / 14)
    assert bad[1] == pytest.approx(brevity * math.sqrt(8 / 14 * 1 / 13))
    the = score_captions(["the " * 7], [["The cat is on the mat.", "There is a cat on the mat."]], "en").bleu
    assert the[0] == pytest.approx(2 / 7)


def test_rouge_l_on_the_example_of_its_paper() -> None:
    # Lin 2004: precision and recall are equal here, so that beta does not matter
    for said, expected in [("police kill the gunman", 3 / 4), ("the gunman kill police", 2 / 4)]:
        assert score_captions([said], [["Police killed the gunman."]], "en").rouge_l == pytest.approx(expected)


def _grams(text: str, order: int) -> Counter[tuple[str, ...]]:
    words = text.split()
    return Counter(tuple(words[at : at + order]) for at in range(len(words) - order + 1))


def _cider_d(said: Sequence[str], references: Sequence[Sequence[str]]) -> list[float]:
    """Vedantam et al. 2015, equations 1 to 4 with the D variant's clipping and length penalty (sigma 6)."""

    def weights(text: str, order: int) -> dict[tuple[str, ...], float]:
        idf = {
            gram: math.log(len(said) / max(1, sum(any(gram in _grams(t, order) for t in own) for own in references)))
            for gram in _grams(text, order)
        }
        return {gram: count * idf[gram] for gram, count in _grams(text, order).items()}

    def similarity(text: str, reference: str, order: int) -> float:
        ours, theirs = weights(text, order), weights(reference, order)
        norms = math.hypot(*ours.values()) * math.hypot(*theirs.values())
        product = sum(min(value, theirs.get(gram, 0)) * theirs.get(gram, 0) for gram, value in ours.items())
        gap = len(text.split()) - len(reference.split())
        return product / norms * math.exp(-(gap**2) / (2 * 36)) if norms else 0.0

    return [
        10 * sum(similarity(text, each, order) for order in (1, 2, 3, 4) for each in own) / 4 / len(own)
        for text, own in zip(said, references, strict=True)
    ]


SAID = ["a dog runs in the snow", "a man rides a wave on a board", "two girls play", "a dog sits"]
WANTED = [
    ["a black dog runs in the deep snow", "dog in the snow", "a dog runs"],
    ["a man rides a big wave", "a surfer on a board rides a wave on the sea"],
    ["two girls play on a swing", "girls play outside", "two small girls play together in a park"],
    ["a brown dog sits on the grass", "the dog sits"],
]


def test_cider_d_follows_its_formula() -> None:
    expected = _cider_d(SAID, WANTED)
    scores = score_captions(SAID, WANTED, "en")
    assert scores.each_cider_d == pytest.approx(expected)
    assert scores.cider_d == pytest.approx(np.mean(expected))
    assert 0 < scores.cider_d < 10


def test_a_perfect_answer_scores_one_and_another_photos_less() -> None:
    said = [own[0] for own in WANTED]
    scores = score_captions(said, [[text] for text in said], "en")
    assert scores.bleu == pytest.approx((1, 1, 1, 1))
    assert scores.rouge_l == pytest.approx(1)
    assert scores.each_cider_d == pytest.approx([10] * 4)
    control = shuffled_cider_d(said, WANTED, "en", seed=0)
    assert control is not None
    assert control < score_captions(said, WANTED, "en").cider_d / 3
    assert shuffled_cider_d(said[:1], WANTED[:1], "en", seed=0) is None


def test_chinese_is_counted_in_characters() -> None:
    assert split_words("一只狗，穿T恤在3号线。", "zh") == ["一", "只", "狗", "穿", "t", "恤", "在", "3", "号", "线"]
    scores = score_captions(["一只狗在跑。"], [["一只猫在跑"]], "zh")
    assert scores.bleu[0] == pytest.approx(4 / 5)
    assert scores.rouge_l == pytest.approx(4 / 5)


def test_english_is_counted_in_words() -> None:
    assert split_words("A girl's café , it's 10 o'clock!", "en") == ["a", "girl's", "café", "it's", "10", "o'clock"]


def test_saying_nothing_scores_nothing() -> None:
    scores = score_captions(["", *SAID[1:]], WANTED, "en")
    assert scores.each_cider_d[0] == 0
    assert score_captions([""], [["a dog"]], "en").rouge_l == 0


@given(st.text(), st.sampled_from(["en", "zh"]))
def test_any_text_splits_into_lower_case_words_without_spaces(text: str, language: str) -> None:
    words = split_words(text, language)
    assert all(word and not set(word) & set(" \n\t.,，。") for word in words)
    assert split_words(" ".join(words), language) == words


@given(st.integers(2, 60), st.integers(0, 2**32))
def test_a_derangement_moves_everything(count: int, seed: int) -> None:
    order = derangement(count, seed)
    assert sorted(order) == list(range(count))
    assert not any(order == np.arange(count))
