"""Sentiment figures against hand-made examples and scikit-learn's own figures."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score

from emotigram.evaluation.confidence import by_coverage, calibration
from emotigram.evaluation.sentiment_metrics import class_figures, flagged_figures, scale_figures

LABELS = ("negative", "neutral", "positive")


def test_ece_on_a_hand_made_example() -> None:
    # ten bins of two rows: at 0.6 one of two is right, at 0.9 both are; every gap is 0.1
    confidence = np.repeat([0.6, 0.9], 10)
    correct = np.array([True, False] * 5 + [True] * 10)
    found = calibration(confidence, correct)
    assert found["ece"] == pytest.approx(0.1)
    assert [each["rows"] for each in found["bins"]] == [2] * 10
    assert found["bins"][0]["accuracy"] == 0.5


def test_a_calibrated_engine_shows_the_ece_that_is_expected_of_one() -> None:
    chance = np.random.default_rng(1)
    gaps = []
    for rows in (100, 10_000):
        confidence = chance.uniform(0.4, 1, rows)
        found = calibration(confidence, chance.random(rows) < confidence)
        assert 0 < found["ece"] < found["calibrated_p95"]
        gaps.append(found["expected_if_calibrated"])
    assert gaps[0] > 5 * gaps[1]  # few rows never show 0
    boastful = calibration(np.full(500, 0.95), chance.random(500) < 0.7)
    assert boastful["ece"] > boastful["calibrated_p95"]


def test_fewer_rows_than_bins_are_measured_too() -> None:
    found = calibration(np.array([0.5, 0.7]), np.array([True, False]))
    assert found["ece"] == pytest.approx((0.5 + 0.7) / 2)


def test_coverage_keeps_the_most_confident() -> None:
    steps = by_coverage(np.array([0.2, 0.9, 0.5, 0.8]), np.array([0.0, 1.0, 0.0, 1.0]))
    assert [step["coverage"] for step in steps] == pytest.approx([0.1 * tenth for tenth in range(1, 11)])
    assert {step["rows"]: step["quality"] for step in steps} == {1: 1.0, 2: 1.0, 3: pytest.approx(2 / 3), 4: 0.5}
    assert steps[-1]["least_confidence"] == 0.2


def test_class_figures_agree_with_scikit_learn() -> None:
    chance = np.random.default_rng(0)
    truth = chance.choice(LABELS, 300, p=[0.2, 0.3, 0.5]).tolist()
    probabilities = chance.dirichlet([1, 1, 1], 300)
    answers = [LABELS[at] for at in probabilities.argmax(axis=1)]
    figures = class_figures(truth, probabilities, LABELS)
    assert figures["accuracy"] == pytest.approx(accuracy_score(truth, answers))
    assert figures["macro_recall"] == pytest.approx(balanced_accuracy_score(truth, answers))
    assert figures["macro_f1"] == pytest.approx(f1_score(truth, answers, average="macro"))
    low, high = figures["accuracy_95"]
    assert low < figures["accuracy"] < high
    assert np.sum(figures["confusion"]) == 300


def test_class_figures_by_hand() -> None:
    truth = ["positive", "positive", "positive", "negative"]
    probabilities = np.array([[0.1, 0.9], [0.2, 0.8], [0.7, 0.3], [0.6, 0.4]])
    figures = class_figures(truth, probabilities, ("negative", "positive"))
    assert figures["confusion"] == [[1, 0], [1, 2]]
    assert figures["majority_accuracy"] == figures["accuracy"] == 0.75
    assert figures["per_class"]["negative"] == {
        "precision": 0.5,
        "recall": 1.0,
        "f1": pytest.approx(2 / 3),
        "support": 1,
    }
    assert figures["macro_recall"] == pytest.approx((1 + 2 / 3) / 2)


def test_a_label_that_a_sample_lacks_does_not_lower_macro_figures() -> None:
    figures = class_figures(["positive", "negative"], np.array([[0, 0, 1.0], [1.0, 0, 0]]), LABELS)
    assert figures["macro_recall"] == figures["macro_f1"] == 1
    assert figures["per_class"]["neutral"]["support"] == 0


def test_flagged_rows_are_left_out() -> None:
    figures = flagged_figures(np.array([True, True, False, False]), np.array([False, False, False, True]))
    assert figures == {"share": 0.25, "accuracy_without": pytest.approx(2 / 3)}
    assert flagged_figures(np.array([True]), np.array([True]))["accuracy_without"] is None


def test_scales_by_hand() -> None:
    figures = scale_figures(np.array([-1.0, 0.0, 0.5, 1.0]), np.array([-0.5, 0.0, 0.25, 0.5]))
    assert figures["pearson"] == pytest.approx(1)
    assert figures["spearman"] == pytest.approx(1)
    assert figures["mean_absolute_error"] == pytest.approx((0.5 + 0 + 0.25 + 0.5) / 4)
    assert figures["mean_absolute_error_of_mean"] == pytest.approx((1.125 + 0.125 + 0.375 + 0.875) / 4)
    constant = scale_figures(np.array([-1.0, 0.0, 1.0]), np.zeros(3))
    assert constant["pearson"] is constant["spearman"] is None
