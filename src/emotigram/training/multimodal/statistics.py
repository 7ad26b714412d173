"""Whether one strategy really is better than another: intervals over seeds, paired tests over rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]

_ROUNDS_OF_F1 = 2000
_CHUNK = 250  # resamples held in memory at once
_CLOSE = 1e-9  # sums of the same terms in another order


@dataclass(frozen=True, slots=True)
class PairedTest:
    """A difference (first minus second), its 95 % interval over rows and its two-sided p."""

    difference: float
    low: float
    high: float
    p: float


def mean_and_interval(values: Sequence[float]) -> tuple[float, float | None]:
    """Mean and half width of its 95 % interval by Student's t; one value has no width."""
    numbers = np.asarray(values, dtype=np.float64)
    if len(numbers) == 1:
        return float(numbers[0]), None
    error = float(numbers.std(ddof=1)) / np.sqrt(len(numbers))
    return float(numbers.mean()), float(stats.t.ppf(0.975, len(numbers) - 1) * error)


def paired_test(a: Floats, b: Floats, seed: int = 0, rounds: int = 10_000) -> PairedTest:
    """Test the difference of two strategies' correctness (rows,), each a row's mean over seeds, in [0, 1].

    p by approximate randomisation: signs of the rows' differences are flipped at random (Noreen 1989, recommended by
    Dror et al. 2018, "The Hitchhiker's Guide to Testing Statistical Significance in NLP", ACL); the interval by
    bootstrap over rows, percentiles. Rows with the same difference are drawn together: a sum of c random signs is
    binomial, counts of a resample are multinomial. That is the same test, without a matrix of rounds times rows.
    """
    chance = np.random.default_rng(seed)
    differences, counts = np.unique(np.round(a - b, 9), return_counts=True)
    rows = int(counts.sum())
    observed = float(differences @ counts) / rows
    sizes, how_many = np.unique(np.abs(a - b).round(9), return_counts=True)
    flipped = (2 * chance.binomial(how_many, 0.5, (rounds, len(sizes))) - how_many) @ sizes / rows
    as_far = int((np.abs(flipped) >= abs(observed) - _CLOSE).sum())
    resampled = chance.multinomial(rows, counts / rows, rounds) @ differences / rows
    low, high = np.quantile(resampled, (0.025, 0.975))
    return PairedTest(observed, float(low), float(high), (as_far + 1) / (rounds + 1))


def paired_f1_test(a: Floats, b: Floats, seed: int = 0, rounds: int = _ROUNDS_OF_F1) -> PairedTest:
    """Test the difference of macro-F1 by paired bootstrap over rows; interval by percentiles.

    ``a`` and ``b`` have shape (rows, truth, answer): which share of the seeds gave that answer. p is twice the share
    of resamples on the far side of no difference (Efron & Tibshirani 1993, chapter 15).
    """
    chance = np.random.default_rng(seed)
    both = np.stack([a, b], axis=1).reshape(len(a), -1)
    patterns, counts = np.unique(both.round(9), axis=0, return_counts=True)
    observed = float(_f1_difference((counts @ patterns)[None])[0])
    parts = [min(_CHUNK, rounds - start) for start in range(0, rounds, _CHUNK)]
    drawn = [chance.multinomial(len(a), counts / len(a), part) @ patterns for part in parts]
    resampled = _f1_difference(np.concatenate(drawn))
    low, high = np.quantile(resampled, (0.025, 0.975))
    far = min(int((resampled <= _CLOSE).sum()), int((resampled >= -_CLOSE).sum()))
    return PairedTest(observed, float(low), float(high), min(1.0, 2 * (far + 1) / (rounds + 1)))


def macro_f1(confusions: Floats) -> Floats:
    """Macro-F1 of confusion matrices (..., truth, answer), the mean over labels that occur in the truth."""
    hits = np.diagonal(confusions, axis1=-2, axis2=-1)
    truths, answers = confusions.sum(axis=-1), confusions.sum(axis=-2)
    f1 = 2 * hits / np.maximum(truths + answers, 1e-12)
    return np.asarray((f1 * (truths > 0)).sum(axis=-1) / (truths > 0).sum(axis=-1))


def holm(p_values: Sequence[float]) -> list[float]:
    """Correct p values of one family of tests, in their order (Holm 1979, step-down)."""
    given = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(given, kind="stable")
    stepped = np.minimum(1, np.maximum.accumulate((len(given) - np.arange(len(given))) * given[order]))
    corrected = np.empty_like(given)
    corrected[order] = stepped
    return [float(each) for each in corrected]


def _f1_difference(flat: Floats) -> Floats:
    """Macro-F1 of the first minus that of the second, from rows (resamples, 2 · labels · labels)."""
    side = round((flat.shape[1] / 2) ** 0.5)
    of = macro_f1(flat.reshape(len(flat), 2, side, side))
    return np.asarray(of[:, 0] - of[:, 1])
