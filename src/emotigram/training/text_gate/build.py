"""Learn from the backbone's features whether a photo may hold words: what words are looked for in."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from emotigram.domain import Photo
from emotigram.inference.backbone import FEATURES, SIDE_PX, SPACE, Backbone
from emotigram.inference.pixels import batch
from emotigram.inference.text_gate import VERSION, WEIGHTS, TextGate
from emotigram.inference.word_list import WordList
from emotigram.ocr.reader import PhotoText
from emotigram.training.embedded_captioner.corpus import Corpus
from emotigram.training.model_folder import ship, workshop, write_manifest
from emotigram.training.text_gate.renders import rendered

_SAMPLE = {
    "mvsa": 900,
    "msed": 450,
    "flickr8k": 250,
    "coco": 250,
    "oasis": 150,
}  # photos of a set, as many as there are
_RENDERS = 720
_BATCH = 16
_RENDER_WEIGHT = 0.1  # of a page beside a photo: pages are easily told
_STRENGTH = 3e-4  # inverse of the regularisation
_FOUND, _FOUND_RENDERS = 0.97, 1.0  # of held-out photos with text, and of rendered pages, that pass


def build_text_gate(corpus: Corpus, out_dir: Path, models_dir: Path, seed: int = 0) -> None:
    """Write ``text_gate/1``; what OCR finds in a sample of photos is kept in ``out_dir``. Raises ExtraMissing."""
    picked, has_text = _labels(corpus, out_dir / "text_labels.npz", seed)
    pages, is_held = _pages(corpus, out_dir, models_dir, seed), np.arange(_RENDERS) % 5 == 0
    photos = corpus.pooled[picked].astype(np.float32)
    is_val = np.isin(picked, corpus.val)
    mean, scale = photos[~is_val].mean(0), photos[~is_val].std(0).clip(1e-3)
    seen = np.concatenate([photos[~is_val], pages[~is_held]])
    truth = np.concatenate([has_text[~is_val], np.ones((~is_held).sum(), bool)])
    counted = np.where(np.arange(len(seen)) < (~is_val).sum(), 1.0, _RENDER_WEIGHT)
    counted[truth] *= counted[~truth].sum() / counted[truth].sum()
    head = LogisticRegression(C=_STRENGTH, max_iter=500).fit((seen - mean) / scale, truth, counted)
    weights = (head.coef_[0] / scale).astype(np.float32)
    gate = TextGate(weights, float(head.intercept_[0] - mean @ weights))
    held, rendered_held = gate.scores(photos[is_val]), gate.scores(pages[is_held])
    found = held[has_text[is_val]]
    floors = [np.quantile(rendered_held, 1 - _FOUND_RENDERS), *([np.quantile(found, 1 - _FOUND)] if len(found) else [])]
    floor = float(min(floors))
    figures = _figures(held - floor, has_text[is_val], rendered_held - floor)
    _write(TextGate(weights, gate.level - floor), models_dir, figures)


def _labels(corpus: Corpus, kept: Path, seed: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Rows of the corpus, and whether OCR finds words in them."""
    if not kept.exists():
        rng, reader = np.random.default_rng(seed), PhotoText(threads=1)
        usable = np.concatenate([corpus.train, corpus.val])
        names = np.array([corpus.rows[i]["set"] for i in usable])
        picked = np.sort(
            np.concatenate([rng.permutation(usable[names == name])[:most] for name, most in _SAMPLE.items()])
        )
        read = [
            bool(reader.read(Photo(Image.fromarray(corpus.pixels[i]), "", "")).lines)
            for i in tqdm(picked, desc="words in photos", mininterval=10)
        ]
        np.savez(kept, picked=picked, has_text=np.array(read))
    with np.load(kept) as arrays:
        return arrays["picked"], arrays["has_text"]


def _pages(corpus: Corpus, out_dir: Path, models_dir: Path, seed: int) -> NDArray[np.float32]:
    """What the backbone sees of rendered pages: (pages, 1280)."""
    words = WordList.load(out_dir / "vocabulary.txt").words
    backdrops = corpus.pixels[np.sort(np.random.default_rng(seed).permutation(corpus.train)[:400])]
    pages = rendered(words, backdrops, _RENDERS, seed)
    backbone = Backbone(models_dir, threads=1)
    starts = tqdm(range(0, len(pages), _BATCH), desc="rendered pages", mininterval=10)
    return np.concatenate([backbone.look(batch(pages[s : s + _BATCH], SIDE_PX)).pooled for s in starts])


def _figures(held: NDArray[np.float32], has_text: NDArray[np.bool_], pages: NDArray[np.float32]) -> dict[str, float]:
    return {
        "photos": len(held),
        "with_text": int(has_text.sum()),
        "found": _share(held[has_text] >= 0),
        "spared": _share(held[~has_text] < 0),
        "rendered": len(pages),
        "rendered_found": _share(pages >= 0),
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
