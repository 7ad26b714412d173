"""Makes the affect model's probabilities mean what they say, and reads valence and arousal off photos."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import GroupKFold, cross_val_predict
from torch import Tensor

from emotigram.sentiment.embedded import LABELS
from emotigram.training.affect.data import AffectExample
from emotigram.training.affect.featurizer import Featurizer
from emotigram.training.affect.judging import cases, judged, probabilities
from emotigram.training.affect.network import CASES, SENTIMENTS, AffectNet

_ITERATIONS = 30
_PULL = 1e-3  # towards temperature 1, where a set is too small to tell
_FOLDS = 5
_LEAD = 8.0  # spread of what other sets say, beside a feature's 1
# precision wanted of what a photo alone is told: a mood that is put on somebody hurts more than one missed
_PRECISION = {0: 0.82, 2: 0.75}
_HARD_TO_TELL = {"mvsa"}  # its labels were given to photo and tweet together
_FEWEST = 8
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
    for column, lead in enumerate(_leads(model, featurizer, train, seen)):
        ridge = RidgeCV(_RIDGES).fit(_led(seen, lead), [e.feeling[column] for e in train if e.feeling])
        own, led = np.split(ridge.coef_, [seen.shape[1]])
        model.feel[:-1, column] = torch.from_numpy(own + lead @ led)
        model.feel[-1, column] = float(ridge.intercept_)


def _leads(
    model: AffectNet, featurizer: Featurizer, rated: Sequence[AffectExample], seen: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Directions (features, k) for valence and arousal to follow, since rated photos are few.

    Valence: those along which other sets' photos turn negative or positive. Arousal: none.
    """
    other = [place for place, name in enumerate(featurizer.sources) if name not in {e.source for e in rated}]
    heads = model.heads[CASES.index("photo"), other, :SENTIMENTS, -1 - seen.shape[1] : -1].flatten(0, 1).numpy()
    used = heads[np.abs(heads).sum(1) > 0].T.astype(np.float64)
    spread = (seen @ used).std(0).clip(1e-9) if len(seen) else np.ones(used.shape[1])
    return used * _LEAD / spread, np.zeros((seen.shape[1], 0))


def _led(seen: NDArray[np.float32], lead: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([seen, seen @ lead], 1)


def feeling_cross_validated(
    model: AffectNet, featurizer: Featurizer, rated: Sequence[AffectExample]
) -> dict[str, float]:
    """Pearson's r of valence and arousal over all rated photos, each judged by a fit without it; {} for too few.

    ``_new_themes``: the fit saw no photo of the judged one's theme either.
    """
    themes = np.array([e.theme or str(number) for number, e in enumerate(rated)])
    if len(np.unique(themes)) < 2 * _FOLDS:
        return {}
    seen = model.standard(featurizer.batch(rated).photos).numpy()
    leads, found = _leads(model, featurizer, rated, seen), {}
    for column, name in enumerate(("valence", "arousal")):
        truth = np.array([e.feeling[column] for e in rated if e.feeling])
        for split, groups in (("", np.arange(len(rated))), ("_new_themes", themes)):
            folds = GroupKFold(_FOLDS)
            guessed = cross_val_predict(RidgeCV(_RIDGES), _led(seen, leads[column]), truth, groups=groups, cv=folds)
            found[name + split] = round(float(np.corrcoef(guessed, truth)[0, 1]), 3)
    return found


def photo_floors(model: AffectNet, featurizer: Featurizer, val: Sequence[AffectExample]) -> dict[str, float]:
    """How likely a label must be before a photo alone is told to have it, by what is right in each set of ``val``."""
    photos = [e.without_text() for e in val if e.photo >= 0 and e.source not in _HARD_TO_TELL]
    if not photos:
        return {}
    chances = probabilities(model, featurizer, photos)[0].numpy()
    told, truth = chances.argmax(1), np.array([e.sentiment for e in photos]).argmax(1)
    source = np.array([e.source for e in photos])
    return {
        LABELS[label]: _floor(chances[:, label], told == label, truth == label, source, wanted)
        for label, wanted in _PRECISION.items()
    }


def _floor(
    chances: NDArray[np.float32],
    is_told: NDArray[np.bool_],
    is_right: NDArray[np.bool_],
    source: NDArray[np.str_],
    wanted: float,
) -> float:
    """The least floor above which every set with enough photos is told rightly as often as wanted."""
    for floor in np.arange(0.35, 0.96, 0.01):
        told = is_told & (chances >= floor)
        sets = [told & (source == name) for name in np.unique(source)]
        if all(is_right[own].mean() >= wanted for own in sets if own.sum() >= _FEWEST):
            return round(float(floor), 2)
    return 1.0
