"""Makes the affect model's probabilities mean what they say, and reads valence and arousal off photos."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import cross_val_predict
from torch import Tensor

from emotigram.training.affect.data import AffectExample
from emotigram.training.affect.featurizer import Featurizer
from emotigram.training.affect.judging import cases, judged
from emotigram.training.affect.network import AffectNet

_ITERATIONS = 30
_PULL = 1e-3  # towards temperature 1, where a set is too small to tell
_FOLDS = 5
_RIDGES = np.logspace(0, 5, 26)


def calibrate(model: AffectNet, featurizer: Featurizer, val: Sequence[AffectExample]) -> None:
    """Set temperatures by case and source to the likeliest on validation (Guo et al. 2017, arXiv:1706.04599)."""
    picked = [e for group in cases(val).values() for e in group]
    judgement, case = judged(model, featurizer, picked)
    wanted = torch.tensor([e.sentiment for e in picked]), torch.tensor([e.emotions for e in picked])
    model.log_heat.zero_().requires_grad_(True)
    optimiser = torch.optim.LBFGS([model.log_heat], max_iter=_ITERATIONS, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimiser.zero_grad()
        parts = [
            -(want * torch.log(chances + 1e-6)).sum() / want.sum().clamp_min(1)
            for want, chances in zip(wanted, model.probabilities(judgement, case), strict=True)
        ]
        total = parts[0] + parts[1] + _PULL * model.log_heat.square().mean()
        total.backward()
        return total

    optimiser.step(loss)
    model.log_heat.requires_grad_(False)


def fit_feeling(model: AffectNet, featurizer: Featurizer, train: Sequence[AffectExample]) -> None:
    """Fit valence and arousal of photos by ridge regression, its strength chosen by leave-one-out."""
    if not train:
        return
    seen = model.standard(featurizer.batch(train).photos).numpy()
    for column in (0, 1):
        ridge = RidgeCV(_RIDGES).fit(seen, [e.feeling[column] for e in train if e.feeling])
        model.feel[:-1, column] = torch.from_numpy(ridge.coef_)
        model.feel[-1, column] = float(ridge.intercept_)


def feeling_cross_validated(
    model: AffectNet, featurizer: Featurizer, rated: Sequence[AffectExample]
) -> dict[str, float]:
    """Pearson's r of valence and arousal over all rated photos, each judged by a fit without it; {} for too few."""
    if len(rated) < 2 * _FOLDS:
        return {}
    seen = model.standard(featurizer.batch(rated).photos).numpy()
    found = {}
    for column, name in enumerate(("valence", "arousal")):
        truth = np.array([e.feeling[column] for e in rated if e.feeling])
        guessed = cross_val_predict(RidgeCV(_RIDGES), seen, truth, cv=_FOLDS)
        found[name] = round(float(np.corrcoef(guessed, truth)[0, 1]), 3)
    return found
