"""Linear judges of text, one a source: what they say is all that the affect network knows of words.

Multinomial logistic regression on TF-IDF of n-grams: convex, so nothing is left to luck. For the examples that a judge
was fitted on its judgements are out of fold, else whatever builds on them would trust words too much (stacking,
Wolpert 1992, Neural Networks 5).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.model_selection import KFold
from tqdm import tqdm

from emotigram.training.affect.data import AffectExample
from emotigram.training.text_judges import Floats, fit_judge

FOLDS = 3
_FEWEST = 30  # examples that a judge is fitted on
_SOURCE_EXAMPLES = 30_000  # a sample is enough to tell sources apart
_OWN = "tone"  # our own phrases go to every source of their language: negation means the same everywhere


@dataclass(frozen=True, slots=True)
class JudgeTask:
    """What one judge learns: the rows it is fitted on, their classes, and how many classes there are."""

    name: str
    rows: NDArray[np.int64]
    classes: NDArray[np.int64]
    width: int


def fit_judges(
    table: csr_matrix, train: Sequence[AffectExample], sources: Sequence[str], seed: int = 0
) -> tuple[Floats, Floats]:
    """Weights (n-grams, k) of all judges side by side, and what they say of each row of ``table``, out of fold.

    ``table`` holds TF-IDF rows of the examples ``train``, which all have a text.
    """
    weights, said = [], []
    for task in tqdm(list(judge_tasks(train, sources, seed)), desc="judges of text", mininterval=5):
        own = fit_judge(table[task.rows], task.classes, task.width)
        answers = np.asarray(table @ own, np.float32)
        for kept, left in KFold(FOLDS, shuffle=True, random_state=seed).split(task.rows):
            part = fit_judge(table[task.rows[kept]], task.classes[kept], task.width)
            answers[task.rows[left]] = table[task.rows[left]] @ part
        weights.append(own)
        said.append(answers)
    return np.concatenate(weights, 1).astype(np.float32), np.concatenate(said, 1)


def judge_tasks(train: Sequence[AffectExample], sources: Sequence[str], seed: int) -> Iterator[JudgeTask]:
    """Sentiment and emotions of each source that has them, and which source a text is of."""
    is_chinese = np.array([any("一" <= letter <= "鿿" for letter in e.text) for e in train])
    origin = np.array([sources.index(e.source) for e in train])
    ours = np.array([e.source == _OWN for e in train])
    for label in ("sentiment", "emotions"):
        shares = np.array([getattr(e, label) for e in train])
        is_clear = shares.max(1) > 0.5
        for number, source in enumerate(sources):
            own = (origin == number) & is_clear
            if own.sum() >= _FEWEST and len(np.unique(shares[own].argmax(1))) > 1:
                speaks_chinese = is_chinese[own].mean() > 0.5
                rows = np.flatnonzero(own | (ours & is_clear & (is_chinese == speaks_chinese)))
                yield JudgeTask(f"{source} {label}", rows, shares[rows].argmax(1), shares.shape[1])
    if len(sources) > 1:
        rows = np.random.default_rng(seed).permutation(len(train))[:_SOURCE_EXAMPLES]
        yield JudgeTask("source", rows, origin[rows], len(sources))
