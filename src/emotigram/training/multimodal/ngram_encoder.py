"""Bags of n-grams as text encoders: learned anew, or with the shipped affect model's judges."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from scipy.sparse import csr_matrix
from sklearn.decomposition import TruncatedSVD
from torch import Tensor, nn
from tqdm import tqdm

from emotigram.errors import ModelDamaged
from emotigram.inference.ngrams import KnownNgrams, hashes
from emotigram.inference.store import shipped_model
from emotigram.sentiment.embedded import VERSION
from emotigram.settings import Settings
from emotigram.training.multimodal.fusion import CLASSES, Encoded
from emotigram.training.multimodal.text_encoders import IMPORTANCE, TextEncoder
from emotigram.training.text_judges import fit_judge, learn_ngrams, tfidf_rows

_OWN = 3.0  # importance of the own judge, chosen by cross-validated logistic regression on the training rows
_FEWEST_TEXTS = 2  # that an n-gram must stand in
_FOLDS = 8  # more than for the shipped judges: these sets are small
_TOKENS = 32  # n-grams that a strategy may attend to


class NgramEncoder(TextEncoder):
    """A bag of n-grams: the TF-IDF mean of their vectors, none of which the training loop changes.

    An n-gram's vector is what linear judges make of it: one of the training texts' own labels, and those of the
    shipped affect model where ``judged`` (n-grams + 1, k) brings them; and its place in latent semantic analysis of
    the training texts (Deerwester et al. 1990, JASIS 41). The own judge's answers on the texts that it learned from
    are out of fold (Wolpert 1992, Neural Networks 5): ``learn_from`` numbers those texts' n-grams in tables of their
    own, each without the fold the text is in.
    """

    def __init__(self, known: KnownNgrams, rarity: NDArray[np.float32], judged: Tensor | None = None) -> None:
        super().__init__()
        self.known = known
        self.size = len(rarity) + 1
        self.judges = judged.shape[1] if judged is not None else 0
        self.rarity: Tensor
        self.vectors: Tensor
        self.own: Tensor
        self.register_buffer("rarity", torch.from_numpy(np.concatenate([[0.0], rarity]).astype(np.float32)))
        self.register_buffer("vectors", judged.float() if judged is not None else torch.zeros(self.size, 0))
        self.register_buffer("own", torch.zeros(self.size, CLASSES))
        self.width = self.vectors.shape[1] + CLASSES

    def learn_from(
        self, rows: Sequence[Sequence[int]], labels: NDArray[np.int64], latent: int, seed: int
    ) -> list[list[int]]:
        """Fit the own judge and the latent places; returns the rows to train with."""
        table = self._table(rows)
        if min(table.shape) < 2 or not table.nnz:
            return [list(row) for row in rows]  # texts without known n-grams: there is nothing to learn from
        folds = np.random.default_rng(seed).permutation(len(rows)) % _FOLDS
        fitted = [fit_judge(table, labels, CLASSES)]
        for fold in tqdm(range(_FOLDS), desc="judges of text", disable=None, leave=False):
            fitted.append(fit_judge(table[folds != fold], labels[folds != fold], CLASSES))
        own = np.concatenate([np.concatenate([np.zeros((1, CLASSES), np.float32), each]) for each in fitted])
        self.own = torch.from_numpy(own)
        with np.errstate(invalid="ignore"):  # texts that are all alike leave no variance to explain
            places = TruncatedSVD(min(latent, min(table.shape) - 1), random_state=seed).fit(table).components_
        nowhere = np.zeros((len(places), 1), np.float32)
        latent_vectors = torch.from_numpy(np.concatenate([nowhere, places], 1).T.astype(np.float32))
        self.vectors = torch.cat([self.vectors, latent_vectors], 1)
        self.width = self.vectors.shape[1] + CLASSES
        return [[number + self.size * (1 + fold) for number in row] for row, fold in zip(rows, folds, strict=True)]

    def numbers(self, texts: Sequence[str], targets: Sequence[str]) -> list[list[int]]:  # noqa: ARG002
        """N-gram numbers; a bag does not know where in it a target stands."""
        return [self.known.numbers(hashes(text)).tolist() for text in texts]

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Encoded:
        """Pooled over all n-grams; tokens are the heaviest ones, for attention to hundreds costs and tells nothing."""
        input_ids = nn.functional.pad(input_ids, (0, _TOKENS))
        weights = torch.exp(self.rarity[input_ids % self.size]) * nn.functional.pad(attention_mask, (0, _TOKENS))
        weights = weights / weights.square().sum(1, keepdim=True).clamp_min(1e-6).sqrt()
        vectors = torch.cat([self.own[input_ids], self.vectors[input_ids % self.size]], 2) * weights[..., None]
        # of equally heavy n-grams the earlier ones: runtimes that an export goes to break ties each in its own way
        order = 1 - 1e-6 * torch.arange(weights.shape[1], dtype=weights.dtype, device=weights.device)
        heaviest, places = (weights * order).topk(_TOKENS, 1)
        tokens = vectors.gather(1, places[..., None].expand(-1, -1, vectors.shape[2]))
        return Encoded(tokens, (heaviest > 0).to(weights.dtype), vectors.sum(1))

    @property
    def importance(self) -> Tensor:
        """The own judge counts most, then those of other sets."""
        latent = self.width - CLASSES - self.judges
        return torch.tensor([_OWN] * CLASSES + [1.0] * self.judges + [IMPORTANCE] * latent)

    def _table(self, rows: Sequence[Sequence[int]]) -> csr_matrix:
        """TF-IDF rows (texts, n-grams) of length 1."""
        return tfidf_rows([np.array(row, np.int64) for row in rows], self.rarity.numpy()[1:])

    def save(self, folder: Path) -> dict[str, Any]:
        self.known.save(folder / "ngrams.npz")
        return {"text": "ngrams"}


def bag_of_words(texts: Sequence[str]) -> NgramEncoder:
    """N-grams of the training texts, with nothing known of them before."""
    return NgramEncoder(*learn_ngrams([hashes(text) for text in texts if text], _FEWEST_TEXTS))


def embedded_text(left_out: Sequence[str], settings: Settings) -> NgramEncoder:
    """The shipped affect model's n-grams and what its judges make of each, but for judges of the sets ``left_out``.

    A judge knows the rows it learned from by heart: on those it would promise what it cannot keep elsewhere.
    """
    model = shipped_model("affect", VERSION, settings.models_dir)
    stored = {each.name: each for each in onnx.load(str(model.folder / "affect.onnx")).graph.initializer}
    known = KnownNgrams.load(model.folder / "ngrams.npz")
    try:
        vectors = _array(stored, "bytes").astype(np.float32) * _array(stored, "scale.half").astype(np.float32)
        rarity = _array(stored, "model.weigh.half").astype(np.float32).reshape(-1)[1:]
    except KeyError as error:
        raise ModelDamaged(name="affect") from error
    columns = [name for name, width in model.field("judges").items() for _ in range(width)]
    kept = [at for at, name in enumerate(columns) if name.split()[0] not in {*left_out, "source"}]
    return NgramEncoder(known, rarity, torch.from_numpy(vectors[:, kept]))


def _array(stored: dict[str, Any], name: str) -> NDArray[Any]:
    return cast("NDArray[Any]", numpy_helper.to_array(stored[name]))
