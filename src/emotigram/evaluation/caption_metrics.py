"""BLEU, ROUGE-L and CIDEr-D by pycocoevalcap, on words for English and characters for Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import regex
from numpy.typing import NDArray
from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.rouge.rouge import Rouge

_WORDS = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’]\p{L}+)*")
# Chinese has no spaces: its characters are the units, Latin words and numbers among them stay whole
_CHARACTERS = regex.compile(r"\p{Han}|[[\p{L}\p{M}\p{N}]--\p{Han}]+", regex.V1)
_BY_CHARACTER = {"zh"}


def split_words(text: str, language: str) -> list[str]:
    """Split a sentence into what the metrics count, lower-case and without punctuation."""
    pattern = _CHARACTERS if language in _BY_CHARACTER else _WORDS
    return pattern.findall(text.lower())


@dataclass(frozen=True, slots=True)
class CaptionScores:
    """Corpus figures, all but CIDEr-D within [0, 1], and CIDEr-D per photo with shape (photos,)."""

    bleu: tuple[float, float, float, float]  # Papineni et al. 2002, orders 1 to 4
    rouge_l: float  # Lin 2004
    cider_d: float  # Vedantam et al. 2015; 0 to 10, about 1 for people
    each_cider_d: NDArray[np.float64]


def score_captions(said: Sequence[str], references: Sequence[Sequence[str]], language: str) -> CaptionScores:
    """Score one sentence a photo against its references; every photo needs at least one."""
    wanted, given = _tokenised(said, references, language)
    cider_d, each = Cider().compute_score(wanted, given)
    rouge_l, _ = Rouge().compute_score(wanted, given)
    bleu, _ = Bleu(4).compute_score(wanted, given, verbose=0)
    return CaptionScores((bleu[0], bleu[1], bleu[2], bleu[3]), float(rouge_l), float(cider_d), np.asarray(each))


def shuffled_cider_d(
    said: Sequence[str], references: Sequence[Sequence[str]], language: str, seed: int
) -> float | None:
    """CIDEr-D against another photo's references: what saying the usual things earns. None for a single photo."""
    if len(said) < 2:
        return None
    others = derangement(len(said), seed)
    wanted, given = _tokenised(said, [references[other] for other in others], language)
    return float(Cider().compute_score(wanted, given)[0])


def derangement(count: int, seed: int) -> NDArray[np.int64]:
    """A permutation of ``count`` > 1 numbers in which none keeps its place: one random cycle through all."""
    order = np.random.default_rng(seed).permutation(count)
    shuffled = np.empty(count, dtype=np.int64)
    shuffled[order] = np.roll(order, 1)
    return shuffled


def _tokenised(
    said: Sequence[str], references: Sequence[Sequence[str]], language: str
) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    wanted = {at: [" ".join(split_words(text, language)) for text in own] for at, own in enumerate(references)}
    given = {at: [" ".join(split_words(text, language))] for at, text in enumerate(said)}
    return wanted, given
