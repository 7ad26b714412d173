"""Learn from the backbone's features whether a photo may hold words: what words are looked for in."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from tqdm import tqdm

from emotigram.domain import Photo
from emotigram.inference.backbone import FEATURES, SIDE_PX, SPACE, Backbone
from emotigram.inference.pixels import batch
from emotigram.inference.text_gate import VERSION, WEIGHTS, TextGate
from emotigram.inference.word_list import WordList
from emotigram.ocr.reader import PhotoText
from emotigram.training.embedded_captioner.corpus import Corpus
from emotigram.training.model_folder import ship, workshop, write_manifest
from emotigram.training.text_gate.renders import KINDS, SCREENS, rendered

_SAMPLE = {
    "mvsa": 900,
    "msed": 450,
    "flickr8k": 250,
    "coco": 250,
    "oasis": 150,
}  # photos of a set, as many as there are
_PAGES, _HELD_PAGES = 2240, 280  # drawn on photos of training and of validation
_BATCH = 16
_PAGE_WEIGHT = 0.1  # of a page beside a photo: pages are easily told
_STRENGTH = 1e-3  # inverse of the regularisation; as the weight, chosen by what training photos were spared
_FOUND, _FOUND_PAGES = 0.97, 0.99  # at least, of photos with text, and of screens and documents, that pass
_FOLDS = 5
_SLICE = 100  # photos between two savings


def build_text_gate(corpus: Corpus, out_dir: Path, models_dir: Path, seed: int = 0) -> None:
    """Write ``text_gate/1``; what OCR finds in a sample of photos is kept in ``out_dir``. Raises ExtraMissing.

    Weights and level come from photos of training alone, the figures from those of validation.
    """
    picked, has_text = _labels(corpus, out_dir / "text_labels.npz", seed)
    photos, is_val = corpus.pooled[picked].astype(np.float32), np.isin(picked, corpus.val)
    words, backbone = WordList.load(out_dir / "vocabulary.txt").words, Backbone(models_dir, threads=1)
    # pages stand on photos that are learned from as holding no words: what differs are the words
    pages = _seen(backbone, rendered(words, corpus.pixels[picked[~has_text & ~is_val]], _PAGES, seed))
    held = _seen(backbone, rendered(words, corpus.pixels[picked[~has_text & is_val]], _HELD_PAGES, seed + 1))
    gate = _learned(photos[~is_val], has_text[~is_val], pages)
    _write(gate, models_dir, _figures(gate.scores(photos[is_val]) >= 0, has_text[is_val], gate.scores(held) >= 0))


def _learned(photos: NDArray[np.float32], has_text: NDArray[np.bool_], pages: NDArray[np.float32]) -> TextGate:
    seen = np.concatenate([photos, pages])
    truth, is_page = np.concatenate([has_text, np.ones(len(pages), bool)]), np.arange(len(seen)) >= len(photos)
    floor = _floor(seen, truth, is_page)
    gate = _fitted(seen, truth, is_page)
    return TextGate(gate.weights, gate.level - floor)


def _fitted(seen: NDArray[np.float32], truth: NDArray[np.bool_], is_page: NDArray[np.bool_]) -> TextGate:
    """A logistic regression in which either answer counts as much as the other."""
    mean, scale = seen[~is_page].mean(0), seen[~is_page].std(0).clip(1e-3)
    counted = np.where(is_page, _PAGE_WEIGHT, 1.0)
    counted[truth] *= counted[~truth].sum() / counted[truth].sum()
    head = LogisticRegression(C=_STRENGTH, max_iter=1000).fit((seen - mean) / scale, truth, counted)
    weights = (head.coef_[0] / scale).astype(np.float32)
    return TextGate(weights, float(head.intercept_[0] - mean @ weights))


def _floor(seen: NDArray[np.float32], truth: NDArray[np.bool_], is_page: NDArray[np.bool_]) -> float:
    """The score from which on enough pass, judged by heads that had not learned from what they score."""
    scores, folds = np.zeros(len(seen), np.float32), StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    for learned, judged in folds.split(seen, truth.astype(int) + is_page):
        scores[judged] = _fitted(seen[learned], truth[learned], is_page[learned]).scores(seen[judged])
    is_screen = _is_screen(int(is_page.sum()))
    # "lower": between two scores would be above the one that has to pass; drawn photos may hold no words at all
    asked = ((scores[truth & ~is_page], _FOUND), (scores[is_page][is_screen], _FOUND_PAGES))
    return min(float(np.quantile(of, 1 - share, method="lower")) for of, share in asked if len(of))


def _is_screen(pages: int) -> NDArray[np.bool_]:
    return np.arange(pages) % KINDS < SCREENS


def _labels(corpus: Corpus, kept: Path, seed: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Rows of the corpus, and whether OCR finds words in them; goes on where it was stopped."""
    picked, reader = _sample(corpus, seed), PhotoText(threads=1)
    has_text = _kept(kept, picked)
    starts = range(len(has_text), len(picked), _SLICE)
    for start in tqdm(starts, desc="words in photos"):
        photos = [Photo(Image.fromarray(corpus.pixels[i]), "", "") for i in picked[start : start + _SLICE]]
        has_text = np.concatenate([has_text, [bool(reader.read(photo).lines) for photo in photos]])
        unfinished = kept.with_suffix(".part.npz")
        np.savez(unfinished, picked=picked, has_text=has_text)
        unfinished.replace(kept)
    return picked, has_text


def _sample(corpus: Corpus, seed: int) -> NDArray[np.int64]:
    rng, usable = np.random.default_rng(seed), np.concatenate([corpus.train, corpus.val])
    names = np.array([corpus.rows[i]["set"] for i in usable])
    return np.sort(np.concatenate([rng.permutation(usable[names == name])[:most] for name, most in _SAMPLE.items()]))


def _kept(kept: Path, picked: NDArray[np.int64]) -> NDArray[np.bool_]:
    """What was read of these rows before; nothing where other rows were picked."""
    if kept.exists():
        with np.load(kept) as arrays:
            if np.array_equal(arrays["picked"], picked):
                has_text: NDArray[np.bool_] = arrays["has_text"]
                return has_text
    return np.zeros(0, bool)


def _seen(backbone: Backbone, pages: list[Image.Image]) -> NDArray[np.float32]:
    """What the backbone sees of pages: (pages, 1280)."""
    starts = tqdm(range(0, len(pages), _BATCH), desc="rendered pages", mininterval=10)
    return np.concatenate([backbone.look(batch(pages[s : s + _BATCH], SIDE_PX)).pooled for s in starts])


def _figures(passes: NDArray[np.bool_], has_text: NDArray[np.bool_], pages: NDArray[np.bool_]) -> dict[str, float]:
    is_screen = _is_screen(len(pages))
    return {
        "photos": len(passes),
        "with_text": int(has_text.sum()),
        "found": _share(passes[has_text]),
        "spared": _share(~passes[~has_text]),
        "screens": int(is_screen.sum()),
        "screens_found": _share(pages[is_screen]),
        "over_photos": int((~is_screen).sum()),
        "over_photos_found": _share(pages[~is_screen]),
    }


def _share(is_so: NDArray[np.bool_]) -> float:
    return round(float(is_so.mean()), 3) if len(is_so) else 0.0


def _write(gate: TextGate, models_dir: Path, figures: dict[str, float]) -> None:
    folder = workshop(models_dir / "text_gate", VERSION)
    gate.save(folder / WEIGHTS)
    manifest = {"name": "text_gate", "version": VERSION, "space": SPACE, "features": FEATURES, "held_out": figures}
    write_manifest(folder, manifest)
    card = (resources.files("emotigram") / "training" / "text_gate_card.md").read_text("utf-8")
    (folder / "CARD.md").write_text(card.format(**figures), "utf-8")
    ship(folder)
