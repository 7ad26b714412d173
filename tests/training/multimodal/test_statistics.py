"""Intervals and paired tests against scipy, worked examples and what must hold of any data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import f1_score

from emotigram.training.multimodal.statistics import holm, macro_f1, mean_and_interval, paired_f1_test, paired_test

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def one_hot(truth: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """Confusions of single rows, shape (rows, truth, answer)."""
    return np.eye(3)[truth][:, :, None] * np.eye(3)[answers][:, None, :]


def test_the_interval_is_students() -> None:
    values = [0.61, 0.64, 0.66, 0.60, 0.65]
    mean, half_width = mean_and_interval(values)
    low, high = stats.t.interval(0.95, 4, loc=np.mean(values), scale=stats.sem(values))
    assert (mean - half_width, mean + half_width) == pytest.approx((low, high))
    assert mean_and_interval([0.5]) == (0.5, None)


def test_identical_strategies_do_not_differ() -> None:
    right = np.array([1.0, 0.0, 1.0, 0.5])
    found = paired_test(right, right)
    assert (found.difference, found.low, found.high, found.p) == (0, 0, 0, 1)
    judged = one_hot(np.array([0, 1, 2, 0]), np.array([0, 2, 2, 1]))
    assert paired_f1_test(judged, judged).p == 1


@pytest.mark.parametrize(("only_a", "only_b"), [(30, 14), (25, 20), (9, 2)])
def test_p_is_mcnemars_for_one_seed(only_a: int, only_b: int) -> None:
    a = np.concatenate([np.ones(only_a), np.zeros(only_b), np.ones(300)])
    b = np.concatenate([np.zeros(only_a), np.ones(only_b), np.ones(300)])
    exact = stats.binomtest(only_a, only_a + only_b).pvalue
    found = paired_test(a, b)
    assert found.p == pytest.approx(exact, abs=0.015)
    assert found.difference == pytest.approx((only_a - only_b) / len(a))
    assert paired_test(b, a).difference == -found.difference


def test_p_with_several_seeds_is_that_of_scipys_permutations() -> None:
    chance = np.random.default_rng(0)
    a, b = (chance.integers(0, 4, 200) / 3 for _ in range(2))
    a = np.minimum(1, a + (chance.random(200) < 0.15) / 3)
    theirs = stats.permutation_test(
        (a, b), lambda x, y: np.mean(x - y), permutation_type="samples", n_resamples=4000, rng=chance
    )
    assert paired_test(a, b).p == pytest.approx(theirs.pvalue, abs=0.03)


def test_the_interval_is_that_of_resampled_rows() -> None:
    chance = np.random.default_rng(1)
    a, b = chance.random(500) < 0.7, chance.random(500) < 0.6
    found = paired_test(a.astype(float), b.astype(float))
    difference = a.astype(float) - b
    error = difference.std() / np.sqrt(500)
    assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.1)
    assert found.low < found.difference < found.high


def test_no_difference_is_found_too_often_by_chance_only() -> None:
    chance = np.random.default_rng(2)
    pairs = [(chance.random((2, 150)) < 0.6).astype(float) for _ in range(300)]
    found = [paired_test(a, b, rounds=500).p < 0.05 for a, b in pairs]
    assert 0.01 < np.mean(found) < 0.09


def test_macro_f1_is_scikit_learns() -> None:
    chance = np.random.default_rng(3)
    truth, a, b = chance.integers(0, 3, (3, 400))
    a = np.where(chance.random(400) < 0.5, truth, a)
    found = paired_f1_test(one_hot(truth, a), one_hot(truth, b))
    scores = [f1_score(truth, answers, average="macro") for answers in (a, b)]
    assert macro_f1(one_hot(truth, a).sum(axis=0)) == pytest.approx(scores[0])
    assert found.difference == pytest.approx(scores[0] - scores[1])
    assert found.p < 0.01
    assert 0 < found.low < found.difference < found.high


def test_holm_on_a_worked_example() -> None:
    # four tests: 4·0.005, 3·0.01, 2·0.03, 1·0.04; the last cannot be below the one before
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1, 1]


@given(P_VALUES)
def test_holm_keeps_the_order_and_lies_between_none_and_bonferroni(given_p: list[float]) -> None:
    corrected = holm(given_p)
    for p, of in zip(given_p, corrected, strict=True):
        assert p <= of <= min(1, p * len(given_p))
    order = np.argsort(given_p, kind="stable")
    assert np.all(np.diff(np.array(corrected)[order]) >= 0)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=40))
def test_swapping_the_strategies_changes_only_the_sign(pairs: list[tuple[int, int]]) -> None:
    a, b = np.array(pairs, dtype=float).T / 5
    one, other = paired_test(a, b, rounds=200), paired_test(b, a, rounds=200)
    assert one.difference == pytest.approx(-other.difference)
    assert one.p == other.p
    assert 0 < one.p <= 1
    assert one.low <= one.high
