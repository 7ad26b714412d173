"""Whether confidence means anything: calibration, and quality where the engine is most confident."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

_BINS = 10
_SIMULATIONS = 500
_COVERAGES = tuple(tenth / 10 for tenth in range(1, 11))

Floats = NDArray[np.float64]


def calibration(confidence: Floats, correct: NDArray[np.bool_], seed: int = 0) -> dict[str, Any]:
    """Expected calibration error of the likeliest label over ten bins of equal mass.

    ECE after Guo et al. 2017 (arXiv 1706.04599); equal mass because it is less biased than equal width, Roelofs et
    al. 2022 (arXiv 2012.08668). On few rows even a perfectly calibrated engine shows an ECE above 0:
    ``expected_if_calibrated`` is what it would show on average with these confidences, ``calibrated_p95`` what it
    would exceed one time in twenty, both from simulated answers.
    """
    order = np.argsort(confidence, kind="stable")
    bins = [part for part in np.array_split(order, _BINS) if len(part)]
    weights = np.array([len(part) for part in bins]) / len(confidence)
    means = np.array([confidence[part].mean() for part in bins])
    rates = np.array([correct[part].mean() for part in bins])
    chance = np.random.default_rng(seed)
    drawn = np.stack([_drawn_rates(confidence[part], chance) for part in bins], axis=1)
    simulated = np.abs(drawn - means) @ weights
    return {
        "ece": float(np.abs(rates - means) @ weights),
        "expected_if_calibrated": float(simulated.mean()),
        "calibrated_p95": float(np.quantile(simulated, 0.95)),
        "bins": [
            {
                "rows": len(part),
                "confidence": float(mean),
                "accuracy": float(rate),
                "accuracy_95": interval_95(part_right),
            }
            for part, mean, rate, part_right in zip(bins, means, rates, (correct[part] for part in bins), strict=True)
        ],
    }


def by_coverage(confidence: Floats, quality: Floats) -> list[dict[str, float]]:
    """Mean quality of the most confident 10 %, 20 %, … 100 % of rows (El-Yaniv & Wiener 2010)."""
    order = np.argsort(-confidence, kind="stable")
    steps = []
    for coverage in _COVERAGES:
        kept = order[: int(np.ceil(coverage * len(order) - 1e-9))]
        quality_kept, least = float(quality[kept].mean()), float(confidence[kept[-1]])
        steps.append({"coverage": coverage, "rows": len(kept), "quality": quality_kept, "least_confidence": least})
    return steps


def interval_95(correct: NDArray[np.bool_]) -> list[float]:
    """Where the true share of correct answers may lie: Wilson's interval."""
    found = stats.binomtest(int(correct.sum()), len(correct)).proportion_ci(method="wilson")
    return [float(found.low), float(found.high)]


def _drawn_rates(confidence: Floats, chance: np.random.Generator) -> Floats:
    """Accuracy of one bin in each simulation, shape (simulations,)."""
    return np.array([(chance.random(len(confidence)) < confidence).mean() for _ in range(_SIMULATIONS)])
