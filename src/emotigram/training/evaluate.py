"""Measure an exported captioner on Flickr8k's validation photos, against the right and a shuffled photo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocoevalcap.cider.cider import Cider
from tqdm import tqdm

from emotigram.captioners.embedded import EmbeddedCaptioner, Sight
from emotigram.captioners.tags import network_tags
from emotigram.inference.vocabulary import LANGUAGES, split_words
from emotigram.training.prepare import load_rows
from emotigram.training.pretrain import plain_pixels


def cider_d(candidates: Sequence[str], references: Sequence[Sequence[str]], language: str) -> float:
    """CIDEr-D as pycocoevalcap computes it; words for English, characters for Chinese; about 0 to 1 here."""
    said = {i: [" ".join(split_words(text, language))] for i, text in enumerate(candidates)}
    wanted = {i: [" ".join(split_words(text, language)) for text in own] for i, own in enumerate(references)}
    return float(Cider().compute_score(wanted, said)[0])


def validation_rows(rows: Sequence[dict[str, Any]], name: str = "") -> list[int]:
    """Numbers of the validation rows, of one set or of all."""
    return [i for i, row in enumerate(rows) if row["split"] == "val" and name in ("", row["set"])]


def see_validation(
    captioner: EmbeddedCaptioner, cache_dir: Path, name: str
) -> tuple[list[dict[str, Any]], list[Sight]]:
    """Validation rows of one set, and what a captioner says of them."""
    rows = load_rows(cache_dir)
    picked = validation_rows(rows, name)
    sights = [sight for pixels in _chunks(cache_dir, picked) for sight in captioner.see(pixels)]
    return [rows[i] for i in picked], sights


def guessed_tags(captioner: EmbeddedCaptioner, cache_dir: Path, picked: Sequence[int]) -> list[dict[str, float]]:
    """Probabilities of the network's tags for prepared rows."""
    tables = [captioner.look(pixels)[2] for pixels in _chunks(cache_dir, picked)]
    return [dict(zip(network_tags(), map(float, row), strict=True)) for table in tables for row in table]


def _chunks(cache_dir: Path, picked: Sequence[int]) -> Iterator[NDArray[np.uint8]]:
    pixels = np.load(cache_dir / "pixels.npy", mmap_mode="r")
    for start in tqdm(range(0, len(picked), 32), desc="look", mininterval=5):
        yield plain_pixels(pixels[picked[start : start + 32]])


def caption_figures(
    rows: Sequence[dict[str, Any]], texts: Sequence[dict[str, str]], seed: int = 0
) -> dict[str, dict[str, float]]:
    """CIDEr-D per language against each photo's own references and against a shuffled photo's."""
    shuffled = _derangement(len(rows), seed)
    figures = {}
    for language in LANGUAGES:
        said = [text[language] for text in texts]
        references = [row[f"captions_{language}"] for row in rows]
        figures[language] = {
            "cider_d": round(cider_d(said, references, language), 4),
            "cider_d_shuffled_photo": round(cider_d(said, [references[i] for i in shuffled], language), 4),
        }
    return figures


def _derangement(count: int, seed: int) -> NDArray[np.int64]:
    """A permutation in which no photo keeps its place."""
    order = np.random.default_rng(seed).permutation(count)
    shuffled = np.empty(count, dtype=np.int64)
    shuffled[order] = np.roll(order, 1)
    return shuffled
