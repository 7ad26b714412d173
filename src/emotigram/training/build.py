"""Export, tune on validation photos, measure, and write the model folders that ship."""

from __future__ import annotations

import json
import platform
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray

from emotigram.captioners.embedded import EmbeddedCaptioner, Sight
from emotigram.captioners.wording import is_borne_out, tag_entries
from emotigram.inference.ngrams import BUCKETS
from emotigram.inference.store import open_model
from emotigram.inference.vocabulary import LANGUAGES
from emotigram.training.affect import LABELS, examples, figures, photo_features, train_affect
from emotigram.training.caption import build_captioner
from emotigram.training.cards import write_affect_card, write_captioner_card
from emotigram.training.evaluate import caption_figures, look
from emotigram.training.export import export_affect, export_captioner, write_manifest
from emotigram.training.networks import FEATURES
from emotigram.training.prepare import load_rows
from emotigram.training.pretrain import SIZE_PX

VERSION = "1"
_PRECISION = 0.6  # a tag is told only from where it is right this often on validation photos
_FEWEST = 8  # validation photos that a tag's threshold must rest on
_KEPT = 0.75  # share of Flickr8k's validation captions that the confidence limit lets through
_CLAIM_FLOOR = 0.15


def build_captioner_model(cache_dir: Path, out_dir: Path, models_dir: Path) -> None:
    """Write ``captioner/1``: networks, vocabulary, manifest with thresholds and figures, card."""
    folder = _fresh(models_dir / "captioner" / VERSION)
    words = (out_dir / "vocabulary.txt").read_text("utf-8").splitlines()
    model = build_captioner(len(tag_entries()), len(words))
    model.load_state_dict(torch.load(out_dir / "captioner.pt", weights_only=True))
    export_captioner(model, len(tag_entries()), folder)
    shutil.copy(out_dir / "vocabulary.txt", folder)
    thresholds = tag_thresholds(model["encoder"], cache_dir)
    manifest: dict[str, Any] = {
        "name": "captioner",
        "version": VERSION,
        "size_px": SIZE_PX,
        "preprocessing": "upright RGB squashed to a square (bicubic), uint8, normalised inside the graph",
        "features": FEATURES,
        "languages": list(LANGUAGES),
        "tag_thresholds": {key: limit for key, (limit, _) in thresholds.items()},
        "claim_floor": _CLAIM_FLOOR,
        "least_confidence": dict.fromkeys(LANGUAGES, -9.0),
        "versions": _versions(),
    }
    write_manifest(folder, manifest)
    rows, sights = look(EmbeddedCaptioner(open_model(folder)), cache_dir, lambda row: row["set"] == "flickr8k")
    limits = {lang: round(float(np.quantile([s.confidence[lang] for s in sights], 1 - _KEPT)), 3) for lang in LANGUAGES}
    manifest["least_confidence"] = limits
    manifest["figures"] = {
        "flickr8k_val": caption_figures(rows, [sight.sentences for sight in sights]),
        "whole_sentences_kept": _kept_share(sights, limits),
        "tag_precision": {key: precision for key, (_, precision) in thresholds.items() if precision},
    }
    write_manifest(folder, manifest)
    write_captioner_card(folder, manifest)


def build_affect_model(data_dir: Path, cache_dir: Path, out_dir: Path, models_dir: Path) -> None:
    """Train the affect model on the finished encoder's features and write ``affect/1``."""
    words = (out_dir / "vocabulary.txt").read_text("utf-8").splitlines()
    eyes = build_captioner(len(tag_entries()), len(words))
    eyes.load_state_dict(torch.load(out_dir / "captioner.pt", weights_only=True))
    features = photo_features(eyes["encoder"], cache_dir)
    data = examples(data_dir, cache_dir)
    model = train_affect(data, features, out_dir)
    folder = _fresh(models_dir / "affect" / VERSION)
    export_affect(model, folder)
    manifest = {
        "name": "affect",
        "version": VERSION,
        "labels": list(LABELS),
        "features": FEATURES,
        "buckets": BUCKETS,
        "temperature": round(float(model.temperature), 3),
        "figures": figures(model, [e for e in data if e.split == "val"], features),
        "versions": _versions(),
    }
    write_manifest(folder, manifest)
    write_affect_card(folder, manifest)


def tag_thresholds(encoder: torch.nn.Module, cache_dir: Path) -> dict[str, tuple[float, float]]:
    """For each tag the lowest threshold that is precise enough on validation, and the precision there.

    A tag that never is gets a threshold above 1 and precision 0: it is not told.
    """
    rows = load_rows(cache_dir)
    val = np.array([i for i, row in enumerate(rows) if row["split"] == "val"])
    probabilities = _probabilities(encoder, np.load(cache_dir / "pixels.npy", mmap_mode="r"), val)
    targets, weights = np.load(cache_dir / "tags.npy")[val], np.load(cache_dir / "tag_weights.npy")[val]
    return {
        key: _threshold(probabilities[:, t], targets[:, t] >= 0.5, weights[:, t] >= 0.5)
        for t, key in enumerate(tag_entries())
    }


def _threshold(
    probability: NDArray[np.float32], is_there: NDArray[np.bool_], is_known: NDArray[np.bool_]
) -> tuple[float, float]:
    for limit in np.arange(0.3, 0.96, 0.05):
        told = (probability >= limit) & is_known
        if told.sum() >= _FEWEST and is_there[told].mean() >= _PRECISION:
            return round(float(limit), 2), round(float(is_there[told].mean()), 3)
    return 1.01, 0.0


@torch.no_grad()
def _probabilities(encoder: torch.nn.Module, pixels: NDArray[np.uint8], rows: NDArray[np.int64]) -> NDArray[np.float32]:
    from emotigram.training.pretrain import plain

    encoder.eval()
    chunks = [rows[start : start + 128] for start in range(0, len(rows), 128)]
    return np.concatenate([torch.sigmoid(encoder.see(plain(pixels[chunk]))[1]).numpy() for chunk in chunks])


def _kept_share(sights: list[Sight], limits: dict[str, float]) -> dict[str, float]:
    return {
        lang: round(
            float(
                np.mean(
                    [
                        s.confidence[lang] >= limits[lang]
                        and is_borne_out(s.sentences[lang], lang, s.probabilities, _CLAIM_FLOOR)
                        for s in sights
                    ]
                )
            ),
            3,
        )
        for lang in LANGUAGES
    }


def _versions() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "onnxruntime": onnxruntime.__version__,
        "numpy": np.__version__,
    }


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
