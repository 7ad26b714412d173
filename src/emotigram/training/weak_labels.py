"""Weak tag labels for training photos, gathered from captions, detectors and set labels."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray

_SURE_FROM_CAPTIONS = 2  # of five captions: one mention alone is often a guess
_UNKNOWN_WEIGHT = 0.1  # how much a negative counts that no source really states


@dataclass(frozen=True, slots=True)
class TagSource:
    """Where one tag's labels come from."""

    key: str
    words: frozenset[str]
    coco: frozenset[str]
    imagenet: frozenset[str]
    labels: frozenset[str]

    def evidence(self, row: Mapping[str, object]) -> tuple[float, float]:
        """Return (target, weight), both in [0, 1], for one training row."""
        objects: dict[str, float] = json.loads(str(row["objects"]))
        classes: list[tuple[str, float]] = json.loads(str(row["imagenet"]))
        seen = max((score for name, score in objects.items() if name in self.coco), default=0.0)
        named = sum(score for name, score in classes if name in self.imagenet)
        labelled = 1.0 if row["label"] in self.labels else 0.0
        written, is_complete = self._in_captions(row["captions_en"])  # type: ignore[arg-type]
        target = min(1.0, max(seen, named, labelled, written))
        stated = is_complete or bool(self.coco) or (bool(self.imagenet) and not self.words)
        return target, 1.0 if target >= 0.5 or stated else _UNKNOWN_WEIGHT

    def _in_captions(self, captions: Sequence[str]) -> tuple[float, bool]:
        hits = sum(bool(self.words & set(re.findall(r"[a-z]+", text.lower()))) for text in captions)
        if len(captions) >= 5:
            return min(1.0, hits / _SURE_FROM_CAPTIONS), True
        return float(hits > 0), False


def load_tag_sources(imagenet_names: Sequence[str]) -> list[TagSource]:
    """Read tag sources in the order of ``data/tags.toml``; ranges become ImageNet-1001 names."""
    root = resources.files("emotigram")
    tags = tomllib.loads((root / "data" / "tags.toml").read_text("utf-8"))
    sources = tomllib.loads((root / "training" / "tag_sources.toml").read_text("utf-8"))
    return [
        _tag_source(key, tag, sources.get(key, {}), imagenet_names) for key, tag in tags.items() if "any_of" not in tag
    ]


def targets(
    rows: Sequence[Mapping[str, object]], sources: Sequence[TagSource]
) -> tuple[NDArray[np.float16], NDArray[np.float16]]:
    """Return targets and weights, each of shape (rows, tags), in [0, 1]."""
    pairs = np.array([[source.evidence(row) for source in sources] for row in rows], dtype=np.float16)
    return pairs[..., 0], pairs[..., 1]


def _tag_source(
    key: str, tag: Mapping[str, list[str]], source: Mapping[str, list[str]], names: Sequence[str]
) -> TagSource:
    imagenet: set[str] = set()
    for entry in source.get("imagenet", []):
        span = re.fullmatch(r"(\d+)-(\d+)", entry)
        if span:
            imagenet.update(names[int(span[1]) : int(span[2]) + 1])
        else:
            imagenet.update(name for name in names if name.split(",")[0] == entry)
    return TagSource(
        key,
        frozenset(tag["words_en"]),
        frozenset(source.get("coco", [])),
        frozenset(imagenet),
        frozenset(source.get("labels", [])),
    )
