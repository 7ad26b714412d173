"""Third stage: the affect model learns sentiment from photos with text, photos alone and text alone."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import torch
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score
from torch import Tensor
from torch.nn import functional as F
from tqdm import tqdm

from emotigram.inference.ngrams import BUCKETS, hashed
from emotigram.training.networks import FEATURES, AffectNet, VisionEncoder
from emotigram.training.prepare import load_rows
from emotigram.training.pretrain import plain

LABELS = ("negative", "neutral", "positive")
_BATCH = 512
_RATE = 2e-3
_REPEATED = {"msed": 3, "mvsa": 2, "oasis": 8}  # photos are the case that matters, and the rarest
_FORGET_NGRAMS = 0.2  # share of n-grams left out at random while training
# GoEmotions' and Weibo's emotions to sentiment; surprise may be either and is left out
_OF_EMOTION = {
    "joy": "positive", "happy": "positive", "neutral": "neutral", "sadness": "negative", "sad": "negative",
    "anger": "negative", "angry": "negative", "fear": "negative", "disgust": "negative",
}  # fmt: skip
_OF_NUMBER = {"-1": "negative", "0": "neutral", "1": "positive"}


@dataclass(frozen=True, slots=True)
class Example:
    """A text ('' for none), the row of its photo (-1 for none), its label, its set and split."""

    text: str
    photo: int
    label: int
    source: str
    split: str


def examples(data_dir: Path, cache_dir: Path) -> list[Example]:
    """All labelled examples; sets without a validation file give every tenth row to validation."""
    found = [
        Example(_words(row), i, LABELS.index(row["sentiment"]), row["set"], row["split"])
        for i, row in enumerate(load_rows(cache_dir))
        if row["sentiment"]
    ]
    for source, file, column in _TEXT_SETS:
        for i, row in enumerate(pq.read_table(data_dir / f"{file}.parquet").to_pylist()):
            label = _label(row[column])
            if label:
                split = "val" if file.endswith("-dev") or i % 10 == 0 else "train"
                found.append(Example(row["text" if "text" in row else "txt"], -1, LABELS.index(label), source, split))
    return found


def _words(row: dict[str, Any]) -> str:
    """The tweet, or MSED's title with its caption where that says more."""
    caption = "".join(row["captions_en"][:1])
    return caption if caption.startswith(row["text"]) else f"{row['text']} {caption}".strip()


_TEXT_SETS = (
    ("semeval", "semeval-train", "sentiment"),
    ("goemotions", "goemotions-ekman-train", "emotions"),
    ("goemotions", "goemotions-ekman-dev", "emotions"),
    ("weibo", "weibo-ewect-usual_test_labeled", "emotion"),
    ("weibo", "weibo-ewect-virus_train", "emotion"),
    ("weibo", "weibo-ewect-virus_eval_labeled", "emotion"),
    ("weibo", "weibo-ewect-virus_test_labeled", "emotion"),
    ("hotel", "chnsenticorp-hotel-train", "sentiment"),
    ("waimai", "waimai-train", "sentiment"),
    ("twitter1517", "twitter1517-train", "txt_label"),
)


def _label(value: object) -> str:
    if isinstance(value, list):
        labels = {_OF_EMOTION.get(emotion, "") for emotion in value}
        return labels.pop() if len(labels) == 1 else ""
    text = str(value)
    return text if text in LABELS else _OF_NUMBER.get(text) or _OF_EMOTION.get(text, "")


@torch.no_grad()
def photo_features(encoder: VisionEncoder, cache_dir: Path) -> NDArray[np.float32]:
    """The finished encoder's pooled features of every prepared photo, shape (photos, 384)."""
    encoder.eval()
    pixels = np.load(cache_dir / "pixels.npy", mmap_mode="r")
    starts = tqdm(range(0, len(pixels), 128), desc="features", mininterval=5)
    return np.concatenate([encoder.see(plain(pixels[s : s + 128]))[0].mean(1).numpy() for s in starts])


def train_affect(
    data: list[Example], features: NDArray[np.float32], out_dir: Path, epochs: int = 4, seed: int = 0
) -> AffectNet:
    """Train, keep the epoch of the best mean macro-F1 on validation, calibrate, write ``affect.pt``.

    Calibrated by one temperature on validation (Guo et al. 2017, arXiv:1706.04599).
    """
    torch.manual_seed(seed)
    rng = random.Random(seed)  # noqa: S311
    model = AffectNet(BUCKETS)
    optimiser = torch.optim.AdamW(model.parameters(), lr=_RATE, weight_decay=0.01)
    train = [e for e in data if e.split == "train" for _ in range(_REPEATED.get(e.source, 1))]
    val = [e for e in data if e.split == "val"]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, epochs * (len(train) // _BATCH), pct_start=0.1)
    best_score, best = 0.0, model.state_dict()
    for epoch in range(epochs):
        model.train()
        rng.shuffle(train)
        for step in tqdm(range(len(train) // _BATCH), desc=f"affect {epoch + 1}/{epochs}", mininterval=10):
            picked = train[step * _BATCH : (step + 1) * _BATCH]
            ids, photos, labels = tensors([_forgetful(e, rng) for e in picked], features)
            ids = ids * (torch.rand(ids.shape) >= _FORGET_NGRAMS)
            loss = F.cross_entropy(model.logits(ids, photos)[2], labels, label_smoothing=0.05)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        found = figures(model, val, features)
        score = float(np.mean([each["macro_f1"] for each in found.values()]))
        print(f"epoch {epoch + 1} mean macro-F1 {score:.4f}", found, flush=True)
        if score > best_score:
            best_score, best = score, {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best)
    model.temperature.fill_(_temperature(model, val, features))
    torch.save(model.state_dict(), out_dir / "affect.pt")
    return model


def tensors(picked: list[Example], features: NDArray[np.float32]) -> tuple[Tensor, Tensor, Tensor]:
    """Text ids, photo features (zeros where there is none) and labels of examples."""
    photos = np.stack([features[e.photo] if e.photo >= 0 else np.zeros(FEATURES, np.float32) for e in picked])
    rows = [_ids(e.text) for e in picked]
    ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
    return ids, torch.from_numpy(photos), torch.tensor([e.label for e in picked])


@cache
def _ids(text: str) -> Tensor:
    return torch.from_numpy(hashed([text])[0])


@torch.no_grad()
def figures(model: AffectNet, val: list[Example], features: NDArray[np.float32]) -> dict[str, dict[str, float]]:
    """Accuracy, macro-F1 and majority share by set; MSED and MVSA with both sides, photo alone, text alone."""
    model.eval()
    found = {}
    for name, group in _groups(val).items():
        ids, photos, labels = tensors(group, features)
        guessed = model(ids, photos).argmax(1)
        found[name] = {
            "n": len(group),
            "accuracy": round(float(accuracy_score(labels, guessed)), 4),
            "macro_f1": round(float(f1_score(labels, guessed, average="macro", labels=np.unique(labels))), 4),
            "majority": round(float(np.bincount(labels).max() / len(labels)), 4),
        }
    return found


def _groups(val: list[Example]) -> dict[str, list[Example]]:
    groups: dict[str, list[Example]] = {}
    for e in val:
        groups.setdefault(e.source, []).append(e)
    for source in ("msed", "mvsa"):
        groups[f"{source} photo only"] = [_without_text(e) for e in groups[source]]
        groups[f"{source} text only"] = [_without_photo(e) for e in groups[source]]
    return groups


def _without_text(e: Example) -> Example:
    return Example("", e.photo, e.label, e.source, e.split)


def _without_photo(e: Example) -> Example:
    return Example(e.text, -1, e.label, e.source, e.split)


def _forgetful(e: Example, rng: random.Random) -> Example:
    """Now and then leave out one side, so that each learns to judge alone."""
    if e.photo < 0 or not e.text:
        return e
    if e.source == "mvsa":  # its photos alone do not beat the majority: they would only teach noise
        return _without_photo(e) if rng.random() < 0.3 else e
    luck = rng.random()
    return _without_text(e) if luck < 0.35 else _without_photo(e) if luck < 0.6 else e


@torch.no_grad()
def _temperature(model: AffectNet, val: list[Example], features: NDArray[np.float32]) -> float:
    model.eval()
    ids, photos, labels = tensors(val, features)
    logits = model.logits(ids, photos)[2]
    grid = torch.linspace(0.5, 3, 51)
    return float(grid[torch.stack([F.cross_entropy(logits / t, labels) for t in grid]).argmin()])
