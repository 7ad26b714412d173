"""Export, tune on validation photos, measure, and write the model folders that ship."""

from __future__ import annotations

import platform
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from emotigram.captioners.embedded import EmbeddedCaptioner, Sight
from emotigram.captioners.tags import consistent, network_tags, tag_entries
from emotigram.captioners.wording import is_borne_out
from emotigram.inference.familiarity import Familiarity
from emotigram.inference.ngrams import BUCKETS
from emotigram.inference.store import open_model
from emotigram.inference.vocabulary import LANGUAGES
from emotigram.training.affect import LABELS, examples, figures, photo_features, train_affect
from emotigram.training.cards import write_affect_card, write_captioner_card
from emotigram.training.evaluate import caption_figures, cider_d, guessed_tags, see_validation, validation_rows
from emotigram.training.export import export_affect, export_captioner, write_manifest
from emotigram.training.networks import FEATURES, CaptionerNet
from emotigram.training.prepare import load_rows
from emotigram.training.pretrain import SIZE_PX

VERSION = "1"
_PRECISION = 0.7  # a tag is told only from where it is right this often on validation photos
_FEWEST = 8  # validation photos that a tag's threshold must rest on
_KEPT = 0.9  # share of Flickr8k's validation captions that the confidence limit lets through
_LEAST_THRESHOLD = 0.6  # below that a photo of a kind never seen is too easily told wrong
_USUAL = 0.9  # share of validation photos that count as of a usual kind
_CLAIM_FLOOR = _LEAST_THRESHOLD  # a sentence names only what is as sure as a tag that is told


def build_captioner_model(cache_dir: Path, out_dir: Path, models_dir: Path) -> None:
    """Write ``captioner/1``: networks, vocabulary, manifest with thresholds and figures, card."""
    folder = _workshop(models_dir / "captioner")
    export_captioner(_load_captioner(out_dir), len(network_tags()), folder)
    shutil.copy(out_dir / "vocabulary.txt", folder)
    is_train = np.array([row["split"] == "train" for row in load_rows(cache_dir)])
    features = encoded_photos(cache_dir, out_dir)
    Familiarity.fit(features[is_train]).save(folder / "familiarity.npz")
    strangeness = Familiarity.load(folder / "familiarity.npz").strangeness(features[~is_train])
    manifest: dict[str, Any] = {
        "name": "captioner",
        "version": VERSION,
        "size_px": SIZE_PX,
        "preprocessing": "upright RGB squashed to a square (bicubic), uint8, normalised inside the graph",
        "features": FEATURES,
        "languages": list(LANGUAGES),
        "claim_floor": _CLAIM_FLOOR,
        "most_strangeness": round(float(np.quantile(strangeness, _USUAL)), 3),
        "versions": _versions(),
    }
    write_manifest(folder, manifest)
    captioner = EmbeddedCaptioner(open_model(folder))
    thresholds = tag_thresholds(captioner, cache_dir)
    rows, sights = see_validation(captioner, cache_dir, "flickr8k")
    manifest["tag_thresholds"] = {key: limit for key, (limit, _) in thresholds.items()}
    manifest["least_confidence"] = {
        language: round(float(np.quantile([sight.confidence[language] for sight in sights], 1 - _KEPT)), 3)
        for language in LANGUAGES
    }
    manifest["figures"] = {
        "flickr8k_val": caption_figures(rows, [sight.sentences for sight in sights]),
        "whole_sentences": whole_sentences(rows, sights, manifest["least_confidence"]),
        "tag_precision": {key: precision for key, (_, precision) in thresholds.items() if precision},
    }
    write_manifest(folder, manifest)
    write_captioner_card(folder, manifest)
    _ship(folder)


def build_affect_model(data_dir: Path, cache_dir: Path, out_dir: Path, models_dir: Path) -> None:
    """Train the affect model on the finished encoder's features and write ``affect/1``."""
    features = encoded_photos(cache_dir, out_dir)
    data = examples(data_dir, cache_dir)
    model = train_affect(data, features, out_dir)
    folder = _workshop(models_dir / "affect")
    export_affect(model, folder)
    manifest = {
        "name": "affect",
        "version": VERSION,
        "labels": list(LABELS),
        "features": FEATURES,
        "buckets": BUCKETS,
        "temperature": round(model.temperature.item(), 3),
        "figures": figures(model, [e for e in data if e.split == "val"], features),
        "versions": _versions(),
    }
    write_manifest(folder, manifest)
    write_affect_card(folder, manifest)
    _ship(folder)


def encoded_photos(cache_dir: Path, out_dir: Path) -> NDArray[np.float32]:
    """The finished encoder's features of every prepared photo, computed once for both models."""
    file, weights = out_dir / "features.npy", out_dir / "captioner.pt"
    if not file.exists() or file.stat().st_mtime < weights.stat().st_mtime:
        np.save(file, photo_features(_load_captioner(out_dir).encoder, cache_dir))
    features: NDArray[np.float32] = np.load(file)
    return features


def tag_thresholds(captioner: EmbeddedCaptioner, cache_dir: Path) -> dict[str, tuple[float, float]]:
    """For each tag the lowest threshold that is precise enough on validation, and the precision there.

    A tag that never is gets a threshold above 1 and precision 0: it is not told.
    """
    val = validation_rows(load_rows(cache_dir))
    wanted, weights = np.load(cache_dir / "tags.npy")[val], np.load(cache_dir / "tag_weights.npy")[val]
    there = {key: wanted[:, t] >= 0.5 for t, key in enumerate(network_tags())}
    known = {key: weights[:, t] >= 0.5 for t, key in enumerate(network_tags())}
    for key, entry in tag_entries().items():
        if "any_of" in entry:
            there[key] = np.any([there[part] for part in entry["any_of"]], axis=0)
            known[key] = np.all([known[part] for part in entry["any_of"]], axis=0)
    guessed = [consistent(each) for each in guessed_tags(captioner, cache_dir, val)]
    return {key: _threshold(np.array([each[key] for each in guessed]), there[key], known[key]) for key in tag_entries()}


def _threshold(
    probability: NDArray[np.float64], is_there: NDArray[np.bool_], is_known: NDArray[np.bool_]
) -> tuple[float, float]:
    for limit in np.arange(_LEAST_THRESHOLD, 0.96, 0.05):
        told = (probability >= limit) & is_known
        if told.sum() >= _FEWEST and is_there[told].mean() >= _PRECISION:
            return round(float(limit), 2), round(float(is_there[told].mean()), 3)
    return 1.01, 0.0


def whole_sentences(
    rows: list[dict[str, Any]], sights: list[Sight], limits: dict[str, float]
) -> dict[str, dict[str, float]]:
    """By language, the share of sentences that are told whole, and the CIDEr-D of these alone."""

    def is_told(sight: Sight, language: str) -> bool:
        sentence = sight.sentences[language]
        is_sure = sight.confidence[language] >= limits[language]
        return is_sure and is_borne_out(sentence, language, sight.probabilities, _CLAIM_FLOOR)

    figures = {}
    for language in LANGUAGES:
        told = [(row, sight) for row, sight in zip(rows, sights, strict=True) if is_told(sight, language)]
        references = [row[f"captions_{language}"] for row, _ in told]
        figures[language] = {
            "share": round(len(told) / len(rows), 3),
            "cider_d": round(cider_d([sight.sentences[language] for _, sight in told], references, language), 4),
        }
    return figures


def _load_captioner(out_dir: Path) -> CaptionerNet:
    words = (out_dir / "vocabulary.txt").read_text("utf-8").splitlines()
    model = CaptionerNet(len(network_tags()), len(words))
    model.load_state_dict(torch.load(out_dir / "captioner.pt", weights_only=True))
    return model


def _versions() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        **{package: version(package) for package in ("torch", "onnxruntime", "numpy")},
    }


def _workshop(model_dir: Path) -> Path:
    """An empty folder beside the shipped one, so that nobody meets a model half written."""
    folder = model_dir / f"{VERSION}.building"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _ship(workshop: Path) -> None:
    finished = workshop.with_name(VERSION)
    shutil.rmtree(finished, ignore_errors=True)
    workshop.rename(finished)
