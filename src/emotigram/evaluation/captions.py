"""Run a captioner over photos with reference captions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotigram.domain import Captions, PhotoLimits
from emotigram.errors import LanguageUnspoken
from emotigram.evaluation.batches import open_in_batches
from emotigram.evaluation.caption_data import CaptionRow, CaptionSet
from emotigram.evaluation.caption_metrics import score_captions, shuffled_cider_d
from emotigram.evaluation.confidence import by_coverage
from emotigram.ports import Captioner

_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class ScoredCaption:
    """A photo's row, what was said of it, its references and its CIDEr-D."""

    row: int
    said: str
    references: tuple[str, ...]
    cider_d: float


@dataclass(frozen=True, slots=True)
class CaptionResult:
    """JSON-ready figures, and the best and worst photos per language (``best``, ``worst``)."""

    figures: dict[str, Any]
    examples: Mapping[str, Mapping[str, Sequence[ScoredCaption]]]


def measure_captions(  # noqa: PLR0913
    data: CaptionSet,
    rows: Sequence[CaptionRow],
    captioner: Captioner,
    *,
    limits: PhotoLimits,
    seed: int = 0,
    title: str = "",
) -> CaptionResult:
    """Measure every language that the data set has and the captioner speaks.

    Raises DataPhoto, and LanguageUnspoken where there is no such language.
    """
    captions: list[Captions] = []
    for batch in open_in_batches(data.table, rows, limits, title):
        captions += captioner.read([photo for _, photo in batch if photo is not None])
    spoken = [key for key in data.languages if all(key in each.description for each in captions)]
    if not spoken:
        wanted = ", ".join(data.languages)
        raise LanguageUnspoken(path=data.table.path, engine=captioner.name, languages=wanted)
    languages, examples = {}, {}
    for key in spoken:
        languages[key], examples[key] = _measure_language(rows, captions, key, seed)
    unspoken = [key for key in data.languages if key not in spoken]
    return CaptionResult({"languages": languages, "languages_not_spoken": unspoken}, examples)


def _measure_language(
    rows: Sequence[CaptionRow], captions: Sequence[Captions], language: str, seed: int
) -> tuple[dict[str, Any], dict[str, list[ScoredCaption]]]:
    told = [each.description[language] for each in captions]
    said = [each.sentences.get(language, each.description[language]) for each in captions]
    references = [row.captions[language] for row in rows]
    systems, scored = {}, {}
    for name, texts in {"sentence": said, "description": told}.items():
        systems[name], scored[name] = _figures(texts, references, language, seed)
    confidence = [each.confidence.get(language) for each in captions]
    figures = {
        "n": len(rows),
        **systems,
        "told_whole": float(np.mean([a == b for a, b in zip(said, told, strict=True)])),
        "by_coverage": _selective(confidence, scored["sentence"]),
    }
    return figures, _examples(rows, said, references, scored["sentence"])


def _figures(
    texts: Sequence[str], references: Sequence[Sequence[str]], language: str, seed: int
) -> tuple[dict[str, Any], NDArray[np.float64]]:
    scores = score_captions(texts, references, language)
    shuffled = shuffled_cider_d(texts, references, language, seed)
    figures: dict[str, Any] = {f"bleu_{order}": value for order, value in enumerate(scores.bleu, start=1)}
    figures |= {"rouge_l": scores.rouge_l, "cider_d": scores.cider_d, "cider_d_shuffled_photo": shuffled}
    figures["times_shuffled_photo"] = scores.cider_d / shuffled if shuffled else None
    figures["different_sentences"] = len(set(texts))
    return figures, scores.each_cider_d


def _selective(confidence: Sequence[float | None], scores: NDArray[np.float64]) -> list[dict[str, float]] | None:
    known = [value for value in confidence if value is not None]
    return by_coverage(np.array(known), scores) if len(known) == len(scores) else None


def _examples(
    rows: Sequence[CaptionRow], said: Sequence[str], references: Sequence[tuple[str, ...]], scores: NDArray[np.float64]
) -> dict[str, list[ScoredCaption]]:
    order = np.argsort(-scores, kind="stable").tolist()
    made = [ScoredCaption(rows[at].number, said[at], references[at], float(scores[at])) for at in order]
    half = min(_EXAMPLES, len(made) // 2)
    return {"best": made[:half], "worst": made[::-1][:half]}
