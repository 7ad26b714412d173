"""Weak tag labels for training photos, gathered from captions, detectors and set labels."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotigram.tags.wording import mentions
from emotigram.training.embedded_captioner.people_count import COUNTS, people_counts
from emotigram.training.photo_sets import load_rows

_SURE_FROM_CAPTIONS = 2  # of five captions: one mention alone is often a guess
_COMPLETE = 5  # captions that together leave nothing out that matters
_INCIDENTAL_WEIGHT = 0.3  # how much a negative counts where captions seldom trouble to mention the thing
_UNKNOWN_WEIGHT = 0.1  # how much a negative counts that no source really states


@dataclass(frozen=True, slots=True)
class TagSource:
    """Where one tag's labels come from; see ``tag_sources.toml``."""

    key: str
    words: frozenset[str]
    coco: frozenset[str]
    coco_hint: frozenset[str]
    imagenet: frozenset[str]
    labels: frozenset[str]
    from_tags: frozenset[str]
    unless_tags: frozenset[str]
    incidental: bool

    def evidence(self, row: Mapping[str, Any], said: Sequence[Set[str]]) -> tuple[float, float]:
        """Return (target, weight), both in [0, 1], for one training row, from what speaks of this tag itself.

        ``said`` holds, for each English caption, the words it has of all tags' words.
        """
        objects: dict[str, float] = json.loads(str(row["objects"] or "{}"))
        classes: list[tuple[str, float]] = json.loads(str(row["imagenet"]))
        seen = max((score for name, score in objects.items() if name in self.coco | self.coco_hint), default=0.0)
        named = sum(score for name, score in classes if name in self.imagenet)
        labelled = 1.0 if row["label"] in self.labels or self._is_class(row) else 0.0
        target = min(1.0, max(seen, named, labelled, self._written(said)))
        if target >= 0.5 or (self.coco and row["objects"]):
            return target, 1.0
        if len(said) < _COMPLETE:
            return target, _UNKNOWN_WEIGHT
        return target, _INCIDENTAL_WEIGHT if self.incidental else 1.0

    def _is_class(self, row: Mapping[str, Any]) -> bool:
        """Whether the row is a sample of one of this tag's ImageNet classes."""
        return row["set"] == "imagenet" and any(name.split(",")[0] == row["label"] for name in self.imagenet)

    def _written(self, said: Sequence[Set[str]]) -> float:
        hits = sum(not self.words.isdisjoint(words) for words in said)
        return min(1.0, hits / min(_SURE_FROM_CAPTIONS, max(len(said), 1)))


def prepare_tags(data_dir: Path, cache_dir: Path) -> None:
    """Write ``tags.npy`` and ``tag_weights.npy``, the weak labels of the tags in ``data/tags.toml``."""
    labels = (data_dir / "teachers" / "imagenet_labels.txt").read_text("utf-8").splitlines()
    tags, weights = targets(load_rows(cache_dir), load_tag_sources([label.strip() for label in labels]))
    np.save(cache_dir / "tags.npy", tags)
    np.save(cache_dir / "tag_weights.npy", weights)


def load_tag_sources(imagenet_names: Sequence[str]) -> list[TagSource]:
    """Read tag sources in the order of ``data/tags.toml``; ranges become ImageNet-1001 names."""
    root = resources.files("emotigram")
    tags = tomllib.loads((root / "data" / "tags.toml").read_text("utf-8"))
    sources = tomllib.loads((root / "training" / "embedded_captioner" / "tag_sources.toml").read_text("utf-8"))
    return [
        _tag_source(key, tag, sources.get(key, {}), imagenet_names) for key, tag in tags.items() if "any_of" not in tag
    ]


def targets(
    rows: Sequence[Mapping[str, Any]], sources: Sequence[TagSource]
) -> tuple[NDArray[np.float16], NDArray[np.float16]]:
    """Return targets and weights, each of shape (rows, tags), in [0, 1]."""
    words = frozenset[str]().union(*(source.words for source in sources))
    pairs = [_row_evidence(row, sources, words) for row in rows]
    table = np.array([[pair[source.key] for source in sources] for pair in pairs], dtype=np.float16)
    return table[..., 0], table[..., 1]


def _row_evidence(
    row: Mapping[str, Any], sources: Sequence[TagSource], words: Set[str]
) -> dict[str, tuple[float, float]]:
    said = [mentions(caption, words) for caption in row["captions_en"]]
    own = {source.key: source.evidence(row, said) for source in sources if source.key not in COUNTS}
    found = own | {source.key: _implied(source, own) for source in sources if source.from_tags}
    settled = {source.key: _ruled_out(source, found) for source in sources if source.unless_tags}
    return found | settled | people_counts(row["captions_en"], found["person"][0])


def _implied(source: TagSource, own: Mapping[str, tuple[float, float]]) -> tuple[float, float]:
    """Evidence raised to that of the surest tag that implies this one."""
    implied = max(own[key][0] for key in source.from_tags)
    return (implied, 1.0) if implied > own[source.key][0] else own[source.key]


def _ruled_out(source: TagSource, found: Mapping[str, tuple[float, float]]) -> tuple[float, float]:
    """Where nothing speaks for this tag, it is surely absent only beside a tag that rules it out."""
    target, weight = found[source.key]
    if target >= 0.5:
        return target, weight
    return target, 1.0 if any(found[key][0] >= 0.5 for key in source.unless_tags) else _UNKNOWN_WEIGHT


def _tag_source(key: str, tag: Mapping[str, list[str]], source: Mapping[str, Any], names: Sequence[str]) -> TagSource:
    imagenet: set[str] = set()
    for entry in source.get("imagenet", []):
        span = re.fullmatch(r"(\d+)-(\d+)", entry)
        if span:
            imagenet.update(names[int(span[1]) : int(span[2]) + 1])
        else:
            imagenet.update(name for name in names if name.split(",")[0] == entry)
    return TagSource(
        key=key,
        words=frozenset(tag["words_en"]),
        coco=frozenset(source.get("coco", [])),
        coco_hint=frozenset(source.get("coco_hint", [])),
        imagenet=frozenset(imagenet),
        labels=frozenset(source.get("labels", [])),
        from_tags=frozenset(source.get("from_tags", [])),
        unless_tags=frozenset(source.get("unless_tags", [])),
        incidental=bool(source.get("incidental", False)),
    )
