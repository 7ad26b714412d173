"""Text encoders: learned n-grams, those with the shipped affect model's judges, and any Hugging Face encoder."""

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
from torch.jit import is_tracing  # type: ignore[attr-defined]
from tqdm import tqdm
from transformers import AutoModel, AutoTokenizer

from emotigram.checkpoints.loading import check_files, loading, quiet
from emotigram.errors import ModelDamaged
from emotigram.inference.ngrams import KnownNgrams, hashes
from emotigram.inference.store import shipped_model
from emotigram.sentiment.embedded import VERSION
from emotigram.settings import Settings
from emotigram.training.affect_words import fit_judge
from emotigram.training.fusion import Encoded

_OWN, _OTHERS = 3.0, 0.3  # chosen by cross-validated logistic regression on the training rows
_FEWEST_TEXTS = 2  # that an n-gram must stand in
_FOLDS = 8  # more than for the shipped judges: these sets are small
CLASSES = 3
_TOKENS = 32  # n-grams that a strategy may attend to
_NOTHING = -1  # where a row of numbers has none


class TextEncoder(nn.Module):
    """What all text encoders do: ``numbers`` once a text, ``forward`` on padded numbers and their mask.

    ``width`` is that of tokens and of the pooled vector; ``importance`` (width,) is how little a feature is held back
    by the decay of weights, once all are levelled.
    """

    width: int
    is_frozen = True

    @property
    def importance(self) -> Tensor:
        return torch.full((self.width,), _OTHERS)

    def numbers(self, texts: Sequence[str], targets: Sequence[str]) -> list[list[int]]:
        """Token numbers of each text ([] for ''); a target is what the sentiment is about, '' for the whole."""
        raise NotImplementedError

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Encoded:
        """Encode numbers (n, length) with mask (n, length) of 0 and 1."""
        raise NotImplementedError

    def save(self, folder: Path) -> dict[str, Any]:
        """Write what turns texts into numbers; returns its part of the manifest."""
        raise NotImplementedError


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
        return torch.tensor([_OWN] * CLASSES + [1.0] * self.judges + [_OTHERS] * latent)

    def _table(self, rows: Sequence[Sequence[int]]) -> csr_matrix:
        """TF-IDF rows (texts, n-grams) of length 1."""
        rarity = np.exp(self.rarity.numpy())
        numbers = [np.array(row, np.int64) for row in rows]
        weights = [rarity[own] / max(float(np.sqrt((rarity[own] ** 2).sum())), 1e-3) for own in numbers]
        starts = np.concatenate([[0], np.cumsum([len(own) for own in numbers])])
        filled = (np.concatenate([*weights, []]), np.concatenate([*numbers, []]).astype(np.int64) - 1, starts)
        return csr_matrix(filled, shape=(len(rows), self.size - 1), dtype=np.float32)

    def save(self, folder: Path) -> dict[str, Any]:
        self.known.save(folder / "ngrams.npz")
        return {"text": "ngrams"}


class HuggingFaceText(TextEncoder):
    """Any encoder of Hugging Face's transformers from a local folder; pooled is the mean of its tokens."""

    def __init__(self, folder: Path, name: str, settings: Settings, longest: int) -> None:
        super().__init__()
        self.longest = longest
        with loading(folder, name, settings):
            check_files(folder, name)
            self.tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
            self.encoder = AutoModel.from_pretrained(
                str(folder), local_files_only=True, trust_remote_code=False, weights_only=True, dtype=torch.float32
            )
        self.width = int(self.encoder.config.hidden_size)

    @property
    def is_frozen(self) -> bool:  # type: ignore[override]
        return not any(weights.requires_grad for weights in self.parameters())

    def numbers(self, texts: Sequence[str], targets: Sequence[str]) -> list[list[int]]:
        """The tokenizer's numbers, cut at ``longest``; a target stands behind the text as a second one."""
        pairs = [(text, target) if target else (text,) for text, target in zip(texts, targets, strict=True)]
        options = {"truncation": "longest_first", "max_length": self.longest}
        with quiet():
            return [list(self.tokenizer(*pair, **options)["input_ids"]) if pair[0] else [] for pair in pairs]

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Encoded:
        has_text = attention_mask.amax(1, keepdim=True)
        # a row without tokens attends to its padding, whose output is then thrown away
        seen = torch.maximum(attention_mask, 1 - has_text)
        tokens = self.encoder(input_ids=input_ids, attention_mask=seen).last_hidden_state
        mask = attention_mask.to(tokens.dtype)
        pooled = (tokens * mask[..., None]).sum(1) / mask.sum(1, keepdim=True).clamp_min(1)
        return Encoded(tokens, mask, pooled)

    def save(self, folder: Path) -> dict[str, Any]:
        self.tokenizer.save_pretrained(folder / "tokenizer")
        return {"text": "tokenizer", "longest": self.longest}


class JointText(TextEncoder):
    """A Hugging Face encoder's tokens and a bag of n-grams, side by side in ``input_ids``.

    The first ``longest`` numbers of a row are the encoder's, the rest are n-grams. N-grams have no place in the
    sentence: only the encoder's tokens are tokens here, both are pooled.
    """

    def __init__(self, sentence: HuggingFaceText, bag: NgramEncoder) -> None:
        super().__init__()
        self.sentence, self.bag = sentence, bag

    @property
    def width(self) -> int:  # type: ignore[override]
        return self.sentence.width + self.bag.width

    @property
    def importance(self) -> Tensor:
        return torch.cat([self.sentence.importance, self.bag.importance])

    @property
    def is_frozen(self) -> bool:  # type: ignore[override]
        return self.sentence.is_frozen

    def numbers(self, texts: Sequence[str], targets: Sequence[str]) -> list[list[int]]:
        said = self.sentence.numbers(texts, targets)
        bags = self.bag.numbers(texts, targets)
        return [_filled(own, self.sentence.longest) + bag for own, bag in zip(said, bags, strict=True)]

    def learn_from(
        self, rows: Sequence[Sequence[int]], labels: NDArray[np.int64], latent: int, seed: int
    ) -> list[list[int]]:
        """Let the bag learn, see NgramEncoder."""
        edge = self.sentence.longest
        bags = self.bag.learn_from([row[edge:] for row in rows], labels, latent, seed)
        return [[*row[:edge], *bag] for row, bag in zip(rows, bags, strict=True)]

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Encoded:
        edge = self.sentence.longest
        # no more padding than the batch needs; a trace must not take the length of its example for all
        length = edge if is_tracing() else max(1, int(attention_mask[:, :edge].sum(1).max()))
        said = self.sentence(input_ids[:, :length], attention_mask[:, :length])
        bag = self.bag(input_ids[:, edge:], attention_mask[:, edge:])
        tokens = nn.functional.pad(said.tokens, (0, self.bag.width))
        return Encoded(tokens, said.mask, torch.cat([said.pooled, bag.pooled], 1))

    def save(self, folder: Path) -> dict[str, Any]:
        return self.sentence.save(folder) | self.bag.save(folder) | {"text": "tokenizer+ngrams"}


def _filled(numbers: list[int], length: int) -> list[int]:
    return numbers + [_NOTHING] * (length - len(numbers))


def padded(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Numbers (n, at least 1) padded with 0, and their mask; ``_NOTHING`` within a row is no number, either."""
    ids = torch.full((len(rows), max([1, *map(len, rows)])), _NOTHING)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = torch.tensor(row, dtype=torch.int64)
    return ids.clamp_min(0), (ids != _NOTHING).to(torch.int64)


def bag_of_words(texts: Sequence[str]) -> NgramEncoder:
    """N-grams of the training texts, with nothing known of them before."""
    own = [hashes(text) for text in texts if text]
    crcs, counts = np.unique(np.concatenate([np.zeros(0, np.uint32), *own]), return_counts=True)
    kept = counts >= _FEWEST_TEXTS
    rarity = np.log(np.log((1 + len(own)) / counts[kept]).clip(0.1)).astype(np.float32)
    return NgramEncoder(KnownNgrams(crcs[kept]), rarity)


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
