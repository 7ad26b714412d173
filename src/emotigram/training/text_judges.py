"""What is learned of texts: n-grams with their rarity, TF-IDF rows, and linear judges of them."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from emotigram.inference.ngrams import KnownNgrams

_STRENGTH = 3.0  # inverse of the regularisation
_ITERATIONS = 60
Floats = NDArray[np.float32]


def learn_ngrams(
    texts: Sequence[NDArray[np.uint32]], fewest: int, most: int = sys.maxsize
) -> tuple[KnownNgrams, Floats]:
    """The ``most`` commonest n-grams of texts (CRC-32 values each), and the logarithms of their inverse frequencies.

    An n-gram stands in at least ``fewest`` texts.
    """
    crcs, counts = np.unique(np.concatenate([np.zeros(0, np.uint32), *texts]), return_counts=True)
    kept = counts >= max([fewest, *np.sort(counts)[-most:][:1]])
    rarity = np.log(np.log((1 + len(texts)) / counts[kept]).clip(0.1))
    return KnownNgrams(crcs[kept]), rarity.astype(np.float32)


def tfidf_rows(texts: Sequence[NDArray[np.int64]], rarity: Floats) -> csr_matrix:
    """TF-IDF rows (texts, n-grams) of length 1; ``texts`` are n-gram numbers as ``KnownNgrams`` gives them, from 1."""
    numbers = [own - 1 for own in texts]
    weights = [np.exp(rarity[own]) for own in numbers]
    values = [own / max(float(np.sqrt((own**2).sum())), 1e-3) for own in weights]
    starts = np.concatenate([[0], np.cumsum([len(own) for own in numbers])])
    filled = (np.concatenate([*values, []]), np.concatenate([*numbers, []]).astype(np.int32), starts)
    return csr_matrix(filled, shape=(len(texts), len(rarity)), dtype=np.float32)


def fit_judge(table: csr_matrix, classes: NDArray[np.int64], width: int) -> Floats:
    """Weights (n-grams, width) of a logistic regression on TF-IDF rows; 0 for classes that no row has.

    A text's own level is left to whatever hears the judge.
    """
    weights = np.zeros((table.shape[1], width), np.float32)
    if len(np.unique(classes)) < 2:
        return weights
    used = np.unique(table.indices)  # the others' weights stay 0, and would only take time
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last digits do not matter
        model = LogisticRegression(C=_STRENGTH, max_iter=_ITERATIONS, tol=1e-3).fit(table[:, used], classes)
    found = model.coef_ if len(model.classes_) > 2 else np.concatenate([-model.coef_, model.coef_]) / 2
    weights[np.ix_(used, model.classes_)] = found.T
    return weights
