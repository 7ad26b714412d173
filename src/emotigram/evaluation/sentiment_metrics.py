"""Figures for classes (sentiment, emotion) and for scales (valence, arousal), by scikit-learn and scipy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from emotigram.evaluation.confidence import Floats, by_coverage, calibration, interval_95


def class_figures(truth: Sequence[str], probabilities: Floats, labels: Sequence[str], seed: int = 0) -> dict[str, Any]:
    """Measure probabilities of shape (rows, labels) against the true labels, one a row.

    Macro figures are means over the labels that occur in ``truth``; the majority is the likeliest label's share.
    """
    answers = [labels[at] for at in probabilities.argmax(axis=1)]
    confidence = probabilities.max(axis=1)
    correct = np.array([answer == label for answer, label in zip(answers, truth, strict=True)])
    columns = precision_recall_fscore_support(truth, answers, labels=list(labels), zero_division=0.0)
    per_class = {
        label: {"precision": float(p), "recall": float(r), "f1": float(f), "support": int(n)}
        for label, p, r, f, n in zip(labels, *columns, strict=True)
    }
    present = [each for each in per_class.values() if each["support"]]
    return {
        "n": len(truth),
        "labels": list(labels),
        "accuracy": float(correct.mean()),
        "accuracy_95": interval_95(correct),
        "macro_f1": float(np.mean([each["f1"] for each in present])),
        "macro_recall": float(np.mean([each["recall"] for each in present])),
        "majority_accuracy": Counter(truth).most_common(1)[0][1] / len(truth),
        "per_class": per_class,
        "confusion": confusion_matrix(truth, answers, labels=list(labels)).tolist(),
        "calibration": calibration(confidence, correct, seed),
        "by_coverage": by_coverage(confidence, correct.astype(np.float64)),
    }


def flagged_figures(correct: NDArray[np.bool_], flagged: NDArray[np.bool_]) -> dict[str, float | None]:
    """Share of rows flagged ambiguous, and accuracy among the others (None where all are flagged)."""
    clear = correct[~flagged]
    return {"share": float(flagged.mean()), "accuracy_without": float(clear.mean()) if len(clear) else None}


def scale_figures(truth: Floats, guess: Floats) -> dict[str, Any]:
    """Correlations and mean absolute error; correlations are None where truth or guess never changes.

    ``mean_absolute_error_of_mean`` is the control: always saying the data set's mean.
    """
    figures: dict[str, Any] = {
        "n": len(truth),
        "pearson": None,
        "pearson_95": None,
        "spearman": None,
        "mean_absolute_error": float(np.abs(truth - guess).mean()),
        "mean_absolute_error_of_mean": float(np.abs(truth - truth.mean()).mean()),
    }
    if len(truth) > 2 and np.ptp(truth) > 0 and np.ptp(guess) > 0:
        pearson = stats.pearsonr(truth, guess)
        interval = pearson.confidence_interval()
        figures["pearson"] = float(pearson.statistic)
        figures["pearson_95"] = [float(interval.low), float(interval.high)]
        figures["spearman"] = float(stats.spearmanr(truth, guess).statistic)
    return figures
