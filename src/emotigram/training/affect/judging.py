"""Running the affect network over examples: what it is given, and what it says."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from emotigram.training.affect.data import AffectExample
from emotigram.training.affect.featurizer import Featurizer
from emotigram.training.affect.network import AffectNet, Judgement

_CHUNK = 2048


def cases(val: Sequence[AffectExample]) -> dict[str, list[AffectExample]]:
    """Examples by set; those with photo and text also with either alone."""
    groups: dict[str, list[AffectExample]] = {}
    for e in val:
        groups.setdefault(e.source, []).append(e)
        if e.photo >= 0 and e.text:
            groups.setdefault(f"{e.source} photo only", []).append(e.without_text())
            groups.setdefault(f"{e.source} text only", []).append(e.without_photo())
    return groups


@torch.no_grad()
def judged(model: AffectNet, featurizer: Featurizer, picked: Sequence[AffectExample]) -> tuple[Judgement, Tensor]:
    """What each source says of examples, and which case each is (n, 3)."""
    parts, cases_ = [], []
    for start in range(0, len(picked), _CHUNK):
        batch = featurizer.batch(picked[start : start + _CHUNK])
        parts.append(model.judge(batch.words, batch.has_text, batch.photos))
        cases_.append(model.head_inputs(batch.words, batch.has_text, batch.photos)[1])
    return Judgement(*(torch.cat(each) for each in zip(*parts, strict=True))), torch.cat(cases_)


@torch.no_grad()
def probabilities(model: AffectNet, featurizer: Featurizer, picked: Sequence[AffectExample]) -> tuple[Tensor, Tensor]:
    """Calibrated probabilities of sentiment (n, 3) and emotions (n, 7)."""
    return model.probabilities(*judged(model, featurizer, picked))


def accuracies(model: AffectNet, featurizer: Featurizer, val: Sequence[AffectExample]) -> dict[str, float]:
    """Accuracy of sentiment by case, over the labels that the case has."""
    found = {}
    for name, group in cases(val).items():
        wanted = torch.tensor([e.sentiment for e in group])
        known = wanted.sum(1) > 0
        shares = probabilities(model, featurizer, group)[0] * (wanted.sum(0) > 0)
        if known.any():
            found[name] = round(float((shares.argmax(1) == wanted.argmax(1))[known].float().mean()), 4)
    return found
