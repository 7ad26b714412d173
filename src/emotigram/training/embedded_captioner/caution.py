"""Fit, on validation photos, how far to trust tags and sentences; every figure here is cross-fitted.

Cross-fitted: fitted on one half of the photos, measured on the other, and the other way round. What ships is fitted
on both halves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from emotigram.captioners.embedded import Sight, evidence_of
from emotigram.captioners.embedded.caution import calibrated, confidence, log_odds
from emotigram.evaluation.confidence import calibration
from emotigram.tags.selection import consistent
from emotigram.tags.vocabulary import trained_entries
from emotigram.tags.wording import claims

_FLOORS = (0.85, 0.9, 0.95)  # a tag is told from the first of these probabilities on
_PRECISION = 0.9  # above which it is right this often
_FEWEST = 8  # photos that have it, and photos that are told it, for either to mean anything
SENTENCE_PRECISION = 0.87  # of the sentences told whole, the share in which everything named is there
_NEVER = 1.01
_UNJUDGED = {"activity", "count", "setting"}  # weak labels know what is there better than what it does or how many

Lines = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Truth:
    """What weak labels say of validation photos: is each tag there, and is that known; both (photos,) by tag."""

    there: Mapping[str, NDArray[np.bool_]]
    known: Mapping[str, NDArray[np.bool_]]

    @classmethod
    def of(cls, keys: Sequence[str], targets: NDArray[np.float16], weights: NDArray[np.float16]) -> Truth:
        """From targets and weights of shape (photos, tags); made tags follow from their parts."""
        there = {key: targets[:, t] >= 0.5 for t, key in enumerate(keys)}
        known = {key: (weights[:, t] >= 0.5) | (targets[:, t] >= 0.5) for t, key in enumerate(keys)}
        for key, entry in trained_entries().items():
            if "any_of" in entry:
                there[key] = np.any([there[part] for part in entry["any_of"]], axis=0)
                known[key] = np.all([known[part] for part in entry["any_of"]], axis=0) | there[key]
        return cls(there, known)


@dataclass(slots=True)
class TagFigures:
    """By tag: threshold and, cross-fitted, how many are told, their precision and the share of all that is told."""

    thresholds: dict[str, float] = field(default_factory=dict)
    told: dict[str, dict[str, float]] = field(default_factory=dict)
    ece: float = 0.0


def fit_tags(sights: Sequence[Sight], truth: Truth, rows: NDArray[np.int64]) -> Lines:
    """A line (slope, intercept) in log-odds for each tag that enough of these photos have."""
    lines: Lines = {}
    for key in sights[0].chances:
        known = rows[truth.known[key][rows]]
        there = truth.there[key][known]
        if min(there.sum(), (~there).sum()) < _FEWEST:
            continue
        odds = np.array([[log_odds(sights[i].chances[key])] for i in known])
        model = LogisticRegression(C=1.0).fit(odds, there)
        if model.coef_[0, 0] > 0:
            lines[key] = [round(float(model.coef_[0, 0]), 4), round(float(model.intercept_[0]), 4)]
    return lines


def judge_tags(sights: Sequence[Sight], truth: Truth) -> TagFigures:
    """Which tags may be told, by cross-fitted precision, and the calibration error of all."""
    guessed = cross_fitted_tags(sights, truth)
    figures, chances, hits = TagFigures(), [], []
    for key in trained_entries():
        known = np.flatnonzero(truth.known.get(key, np.zeros(len(sights), np.bool_)))
        p = np.array([guessed[i].get(key, 0.0) for i in known])
        there = truth.there[key][known] if len(known) else np.zeros(0, np.bool_)
        chances.append(p)
        hits.append(there)
        figures.thresholds[key] = _NEVER
        for floor in _FLOORS if there.sum() >= _FEWEST else ():
            told = p >= floor
            if told.sum() >= _FEWEST and there[told].mean() >= _PRECISION:
                figures.thresholds[key] = floor
                figures.told[key] = {
                    "told": int(told.sum()),
                    "precision": round(float(there[told].mean()), 3),
                    "recall": round(float(told[there].mean()), 3),
                }
                break
    figures.ece = round(_ece(np.concatenate(chances), np.concatenate(hits)), 4)
    return figures


def cross_fitted_tags(sights: Sequence[Sight], truth: Truth) -> list[dict[str, float]]:
    """Calibrated tag probabilities of each photo, by lines fitted without it."""
    found: list[dict[str, float]] = [{} for _ in sights]
    for own, other in _halves(len(sights)):
        lines = fit_tags(sights, truth, other)
        for i in own:
            found[i] = consistent(calibrated(sights[i].chances, lines))
    return found


def sentence_truth(sights: Sequence[Sight], truth: Truth, language: str) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Photos whose sentence can be judged, and whether all it names is there."""
    picked, right = [], []
    for i, sight in enumerate(sights):
        named = [_things(keys) for keys in claims(sight.sentences[language], language)]
        verdicts = [_verdict(keys, truth, i) for keys in named if keys]
        if False in verdicts or (verdicts and None not in verdicts):
            picked.append(i)
            right.append(False not in verdicts)
    return np.array(picked, np.int64), np.array(right, np.bool_)


def fit_sentences(
    sights: Sequence[Sight], things: Sequence[Mapping[str, float]], truth: Truth, language: str, rows: NDArray[np.int64]
) -> list[float]:
    """Weights of a sentence's evidence, the intercept last."""
    picked, right = sentence_truth(sights, truth, language)
    kept = np.isin(picked, rows)
    evidence = np.array([evidence_of(sights[i], things[i], language) for i in picked[kept]])
    if len(np.unique(right[kept])) < 2:  # too few photos to learn from: nothing is sure
        return [0.0] * len(evidence_of(sights[0], things[0], language)) + [-1.0]
    model = LogisticRegression(C=1.0).fit(evidence, right[kept])
    return [round(float(weight), 4) for weight in [*model.coef_[0], model.intercept_[0]]]


def judge_sentences(
    sights: Sequence[Sight], things: Sequence[Mapping[str, float]], truth: Truth, language: str
) -> tuple[float, dict[str, float]]:
    """The confidence from which sentences are told whole, and cross-fitted figures of it."""
    chances = np.zeros(len(sights))
    for own, other in _halves(len(sights)):
        weights = fit_sentences(sights, things, truth, language, other)
        chances[own] = [confidence(evidence_of(sights[i], things[i], language), weights) for i in own]
    picked, right = sentence_truth(sights, truth, language)
    limit = _limit(chances[picked], right)
    told = chances[picked] >= limit
    return limit, {
        "judged": len(picked),
        "right": round(float(right.mean()), 3),
        "told_right": round(float(right[told].mean()), 3) if told.any() else 0.0,
        "told_share": round(float((chances >= limit).mean()), 3),
        "ece": round(_ece(chances[picked], right), 4),
    }


def _ece(chances: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    return float(calibration(chances, right, 0)["ece"])


def _limit(chances: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """The lowest confidence above which sentences are right often enough."""
    for limit in np.arange(0.3, 0.96, 0.01):
        told = chances >= limit
        if told.sum() >= _FEWEST and right[told].mean() >= SENTENCE_PRECISION:
            return round(float(limit), 2)
    return _NEVER


def _things(keys: set[str]) -> set[str]:
    return {key for key in keys if trained_entries()[key]["kind"] not in _UNJUDGED}


def _verdict(keys: set[str], truth: Truth, photo: int) -> bool | None:
    """Whether a claim is borne out by what is there; None where too little is known."""
    own = [key for key in keys if key in truth.there]
    if any(truth.there[key][photo] for key in own):
        return True
    return False if own and all(truth.known[key][photo] for key in own) else None


def _halves(count: int) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    even, odd = np.arange(0, count, 2), np.arange(1, count, 2)
    return [(even, odd), (odd, even)]
