"""Heads of the affect network: logistic regressions by source for text, photo and both, and the gate between them."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from emotigram.training.affect.data import AffectExample
from emotigram.training.affect.featurizer import Featurizer
from emotigram.training.affect.network import ABSENT, CASES, SENTIMENTS, AffectNet

_STRENGTH = {"text": 0.3, "photo": 0.1, "both": 0.01}  # inverse of the regularisation: photo features are many
_GATE_STRENGTH = 0.3
_FEWEST = 20  # examples that a head is fitted on
_MOST = 30_000  # more do not change a head of some hundred weights
_EVEN = ("semeval",)  # where every class counts alike, however rare (its measure is macro-recall)


def fit_heads(model: AffectNet, featurizer: Featurizer, train: Sequence[AffectExample], seed: int) -> None:
    """Fill ``model.heads`` and ``model.gate`` from training examples."""
    rng = np.random.default_rng(seed)
    for number, case in enumerate(tqdm(CASES, desc="heads")):
        own = [_as_case(e, case) for e in train if (e.text or case == "photo") and (e.photo >= 0 or case == "text")]
        if not own:
            continue
        own = [own[i] for i in rng.permutation(len(own))]
        source = np.array([featurizer.sources.index(e.source) for e in own])
        for place, name in enumerate(featurizer.sources):
            picked = np.flatnonzero(source == place)[:_MOST]
            if len(picked) < _FEWEST:
                continue
            rows = _head_inputs(model, featurizer, [own[i] for i in picked])
            for label, start in (("sentiment", 0), ("emotions", SENTIMENTS)):
                shares = np.array([getattr(own[i], label) for i in picked])
                weights = _fit(rows, shares, _STRENGTH[case], even=name in _EVEN)
                model.heads[number, place, start : start + weights.shape[0]] = torch.from_numpy(weights)
        _fit_gate(model, featurizer, own[:_MOST], source[:_MOST], number)


def _as_case(e: AffectExample, case: str) -> AffectExample:
    return e.without_photo() if case == "text" else e.without_text() if case == "photo" else e


@torch.no_grad()
def _head_inputs(model: AffectNet, featurizer: Featurizer, picked: Sequence[AffectExample]) -> NDArray[np.float32]:
    batch = featurizer.batch(picked)
    return model.head_inputs(batch.words, batch.has_text, batch.photos)[0].numpy()


def _fit(rows: NDArray[np.float32], shares: NDArray[np.float64], strength: float, even: bool) -> NDArray[np.float32]:
    """Weights (classes, inputs), of which the last input is always 1; zeros where there is too little to learn."""
    is_clear = shares.max(1) > 0.5
    classes = shares[is_clear].argmax(1)
    weights = np.zeros((shares.shape[1], rows.shape[1]), np.float32)
    known = np.unique(classes)
    if len(classes) < _FEWEST or len(known) < 2:
        return weights
    weights[:, -1] = ABSENT
    weights[known] = _regression(rows[is_clear], classes, strength, "balanced" if even else None)
    return weights


def _fit_gate(
    model: AffectNet, featurizer: Featurizer, own: Sequence[AffectExample], source: NDArray[np.int64], case: int
) -> None:
    present = np.unique(source)
    model.gate[case, :, -1] = ABSENT
    if len(present) == 1:
        model.gate[case, present[0], -1] = 0.0
        return
    weights = _regression(_head_inputs(model, featurizer, own), source, _GATE_STRENGTH, None)
    model.gate[case, torch.from_numpy(present)] = torch.from_numpy(weights)


def _regression(
    rows: NDArray[np.float32], classes: NDArray[np.int64], strength: float, balance: str | None
) -> NDArray[np.float32]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last digits do not matter
        model = LogisticRegression(C=strength, max_iter=200, class_weight=balance).fit(rows[:, :-1], classes)
    two = len(model.classes_) == 2
    found = np.concatenate([-model.coef_, model.coef_]) / 2 if two else model.coef_
    level = np.array([-model.intercept_[0], model.intercept_[0]]) / 2 if two else model.intercept_
    return np.concatenate([found, level[:, None]], 1).astype(np.float32)
