"""Export the captioner, fit its caution on validation photos, and write the model folder that ships."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from emotigram.captioners.embedded import VERSION, EmbeddedCaptioner, Sight
from emotigram.captioners.embedded.things import thing_chances
from emotigram.inference import backbone
from emotigram.inference.backbone import CELLS, FEATURES, SIDE_PX, Backbone
from emotigram.inference.familiarity import Familiarity
from emotigram.inference.store import open_model
from emotigram.inference.word_list import LANGUAGES
from emotigram.tags.selection import network_tags
from emotigram.training.embedded_captioner.caution import (
    Truth,
    fit_sentences,
    fit_tags,
    judge_sentences,
    judge_tags,
)
from emotigram.training.embedded_captioner.corpus import Corpus
from emotigram.training.embedded_captioner.decoder import CaptionerNet
from emotigram.training.embedded_captioner.export import export_captioner
from emotigram.training.embedded_captioner.thing_caution import THING_FLOOR, fit_things
from emotigram.training.model_folder import ship, versions, workshop, write_manifest

_USUAL, _IMAGINABLE = 0.9, 0.99  # shares of validation photos that count as of a usual kind, and as photos at all


def build_captioner_model(corpus: Corpus, out_dir: Path, models_dir: Path) -> None:
    """Write ``captioner/3``: networks, vocabulary, and a manifest with all that caution needs and what it is worth."""
    folder = workshop(models_dir / "captioner", VERSION)
    model = load_captioner(out_dir)
    export_captioner(model, corpus.hints.targets.shape[1], folder)
    shutil.copy(out_dir / "vocabulary.txt", folder)
    features = corpus.pooled.astype(np.float32)
    Familiarity.fit(features[corpus.train]).save(folder / "familiarity.npz")
    strangeness = Familiarity.load(folder / "familiarity.npz").strangeness(features[corpus.val])
    manifest: dict[str, Any] = {
        "name": "captioner",
        "version": VERSION,
        "size_px": SIDE_PX,
        "preprocessing": "upright RGB squashed to a square (bicubic), uint8, normalised inside the backbone",
        "backbone": backbone.VERSION,
        "cells": CELLS,
        "features": FEATURES,
        "languages": list(LANGUAGES),
        "tag_keys": network_tags(),
        "hint_words": corpus.hint_words,
        "strange_from": round(float(np.quantile(strangeness, _USUAL)), 3),
        "alien_from": round(float(np.quantile(strangeness, _IMAGINABLE)), 3),
        "versions": versions(),
    }
    write_manifest(folder, manifest)
    sights = see(EmbeddedCaptioner(open_model(folder), Backbone(models_dir)), corpus, corpus.val)
    write_manifest(folder, {**manifest, **fit_caution(corpus, sights)})
    ship(folder)


def see(captioner: EmbeddedCaptioner, corpus: Corpus, picked: NDArray[np.int64]) -> list[Sight]:
    """What the exported captioner sees in prepared photos."""
    starts = tqdm(range(0, len(picked), 32), desc="look at validation", mininterval=10)
    return [sight for start in starts for sight in captioner.see(corpus.pixels[picked[start : start + 32]])]


def fit_caution(corpus: Corpus, sights: Sequence[Sight]) -> dict[str, Any]:
    """Calibration of tags and sentences, the limits to tell them, and cross-fitted figures of both."""
    keys, val = network_tags(), corpus.val
    truth = Truth.of(keys, corpus.hints.targets[val, : len(keys)], corpus.hints.weights[val, : len(keys)])
    everyone = np.arange(len(sights))
    lines, tag_figures = fit_tags(sights, truth, everyone), judge_tags(sights, truth)
    fit = fit_things(corpus, corpus.val, sights)
    things = [thing_chances(s.classes, s.chances, s.strangeness, fit.weights) for s in sights]
    limits, figures, weights = {}, {}, {}
    for language in LANGUAGES:
        limits[language], figures[language] = judge_sentences(sights, things, truth, language)
        weights[language] = fit_sentences(sights, things, truth, language, everyone)
    return {
        "tag_calibration": lines,
        "tag_thresholds": tag_figures.thresholds,
        "thing_weights": fit.weights,
        "thing_threshold": THING_FLOOR,
        "sentence_weights": weights,
        "least_confidence": limits,
        "caution": {
            "tags": tag_figures.told,
            "tag_ece": tag_figures.ece,
            "things": fit.figures,
            "sentences": figures,
        },
    }


def load_captioner(out_dir: Path) -> CaptionerNet:
    """The finished captioner of a training folder, ready to use."""
    words, hints = ((out_dir / f"{name}.txt").read_text("utf-8").splitlines() for name in ("vocabulary", "hint_words"))
    model = CaptionerNet(len(network_tags()) + len(hints), len(words))
    model.load_state_dict(torch.load(out_dir / "rewarded.pt", weights_only=True))
    return model.eval()
