"""Trained strategies side by side: what each says of the same held-out rows, and whether it beats text alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotigram.evaluation.confidence import calibration
from emotigram.evaluation.sentiment_metrics import class_figures
from emotigram.training.multimodal.data import LABELS
from emotigram.training.multimodal.outcomes import Outcome
from emotigram.training.multimodal.statistics import Floats, holm, mean_and_interval, paired_f1_test, paired_test
from emotigram.training.multimodal.strategies import BASELINE, CONTROLS

_ALPHA = 0.05


def compare_outcomes(outcomes: Sequence[Outcome], baseline: str = BASELINE) -> dict[str, Any]:
    """Figures of every strategy and its difference to the baseline, ready for JSON.

    ``held_out`` is "shared" where all seeds judged the same rows, else "folds". Raises ValueError where strategies
    judged different rows, or where the same row has two true labels.
    """
    groups = by_strategy(outcomes)
    if baseline not in groups:
        raise ValueError(f"a comparison needs outcomes of {baseline}")
    rows, truth = _rows_and_truth(groups)
    tests = _against(baseline, {name: _judgements(of, rows) for name, of in groups.items()})
    strategies = {name: _figures(of) | _verdict(tests.get(name)) for name, of in groups.items()}
    counts = np.bincount(truth, minlength=len(LABELS))
    return {
        "labels": list(LABELS),
        "baseline": baseline,
        "held_out": "shared" if all(is_shared(of) for of in groups.values()) else "folds",
        "rows": len(rows),
        "majority_accuracy": float(counts.max() / len(rows)),
        "strategies": strategies,
    }


def default_strategy(comparison: Mapping[str, Any]) -> str:
    """The most accurate fusion strategy of those that beat the baseline significantly, else the baseline."""
    strategies = comparison["strategies"]
    better = [name for name, of in strategies.items() if of["beats_baseline"] and not of["is_control"]]
    return max(better, key=lambda name: strategies[name]["accuracy"]["mean"], default=str(comparison["baseline"]))


def by_strategy(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """Outcomes of each strategy, seeds ascending, in the order in which strategies first occur."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.strategy, []).append(outcome)
    return {name: sorted(of, key=lambda each: each.seed) for name, of in groups.items()}


def is_shared(of: Sequence[Outcome]) -> bool:
    """Whether all seeds of a strategy judged the same rows; in cross-validation each judges another fold."""
    first = np.sort(of[0].rows)
    return all(np.array_equal(first, np.sort(each.rows)) for each in of[1:])


def rounds(of: Sequence[Outcome]) -> list[list[Outcome]]:
    """Seeds in groups that judged each row once at the most: one seed, two halves or all folds."""
    groups: list[list[Outcome]] = []
    for one in of:
        if not groups or np.isin(one.rows, pooled(groups[-1], "rows")).any():
            groups.append([])
        groups[-1].append(one)
    return groups


def pooled(of: Sequence[Outcome], name: str) -> NDArray[Any]:
    """One field of all seeds, end to end."""
    return np.concatenate([getattr(each, name) for each in of])


def _rows_and_truth(groups: Mapping[str, Sequence[Outcome]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of the rows that every strategy judged, ascending, and their true labels."""
    pairs = {
        name: np.unique(np.stack([pooled(of, "rows"), pooled(of, "truth")], axis=1), axis=0)
        for name, of in groups.items()
    }
    first_name, first = next(iter(pairs.items()))
    if len(np.unique(first[:, 0])) != len(first):
        raise ValueError(f"{first_name}: a row has two true labels")
    for name, other in pairs.items():
        if not np.array_equal(first, other):
            raise ValueError(f"{first_name} and {name} judged different rows, or rows with different labels")
    return first[:, 0], first[:, 1]


def _figures(of: Sequence[Outcome]) -> dict[str, Any]:
    each = [class_figures([LABELS[at] for at in one.truth], _floats(one.probabilities), LABELS) for one in of]
    return {
        "is_control": of[0].strategy in CONTROLS,
        "n": len(np.unique(pooled(of, "rows"))),
        "seeds": [one.seed for one in of],
        "accuracy": _over_seeds([found["accuracy"] for found in each]),
        "macro_f1": _over_seeds([found["macro_f1"] for found in each]),
        "recall": {
            label: _mean([f["per_class"][label]["recall"] for f in each if f["per_class"][label]["support"]])
            for label in LABELS
        },
        "ece": {"before": _ece(of, "raw"), "after": _ece(of, "probabilities")},
        "confusion": np.sum([found["confusion"] for found in each], axis=0).tolist(),
        "parameters": max(one.parameters for one in of),
        "seconds": _mean([one.seconds for one in of]),
        "best_epochs": [one.best_epoch for one in of],
    }


def _ece(of: Sequence[Outcome], name: str) -> dict[str, float | None]:
    """Mean over rounds; the folds of a round are measured as one, which is less biased by few rows."""
    found = [_calibration(part, name) for part in rounds(of)]
    return {key: _mean([each[key] for each in found]) for key in ("ece", "expected_if_calibrated")}


def _calibration(of: Sequence[Outcome], name: str) -> dict[str, Any]:
    probabilities = _floats(pooled(of, name))
    return calibration(probabilities.max(axis=1), probabilities.argmax(axis=1) == pooled(of, "truth"))


def _judgements(of: Sequence[Outcome], rows: NDArray[np.int64]) -> Floats:
    """Which share of the seeds that judged a row gave which answer, shape (rows, truth, answer)."""
    found = np.zeros((len(rows), len(LABELS), len(LABELS)))
    for one in of:
        found[np.searchsorted(rows, one.rows), one.truth, one.answers] += 1
    return np.asarray(found / found.sum(axis=(1, 2), keepdims=True))


def _against(baseline: str, judged: Mapping[str, Floats]) -> dict[str, dict[str, Any]]:
    """Tests of all strategies but the baseline; as one family, controls too, because all are shown."""
    tests = {name: _tests(each, judged[baseline]) for name, each in judged.items() if name != baseline}
    for test, p_holm in zip(tests.values(), holm([each["accuracy"]["p"] for each in tests.values()]), strict=True):
        test["accuracy"]["p_holm"] = p_holm
    return tests


def _verdict(tests: Mapping[str, Any] | None) -> dict[str, Any]:
    accuracy = tests["accuracy"] if tests else {"difference": 0.0, "p_holm": 1.0}
    is_better = accuracy["difference"] > 0 and accuracy["p_holm"] < _ALPHA
    return {"against_baseline": tests, "beats_baseline": is_better}


def _tests(judged: Floats, baseline: Floats) -> dict[str, Any]:
    right, right_before = (np.trace(each, axis1=1, axis2=2) for each in (judged, baseline))
    tests = {"accuracy": paired_test(right, right_before), "macro_f1": paired_f1_test(judged, baseline)}
    return {name: asdict(test) for name, test in tests.items()}


def _over_seeds(values: Sequence[float]) -> dict[str, Any]:
    mean, half_width = mean_and_interval(values)
    return {"mean": mean, "half_width": half_width, "values": list(values)}


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None


def _floats(values: NDArray[Any]) -> Floats:
    return np.asarray(values, dtype=np.float64)
