"""The tag vocabulary of ``data/tags.toml`` and what its entries mean for one another."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from emotigram.domain import Tag

_BROAD, _CERTAIN, _NEVER = 0.7, 0.95, 1.01


@cache
def tag_entries() -> dict[str, dict[str, Any]]:
    """All tags: first those the network gives, in the order of its outputs, then those made of others."""
    return tomllib.loads((resources.files("emotigram") / "data" / "tags.toml").read_text("utf-8"))


def network_tags() -> list[str]:
    """Keys of the tags that are outputs of the network, in order."""
    return [key for key, entry in tag_entries().items() if "any_of" not in entry]


def consistent(probabilities: Mapping[str, float]) -> dict[str, float]:
    """Probabilities of all tags from those of the network: none above what it needs, made ones added."""
    entries = tag_entries()
    own = {key: min(p, probabilities[entries[key].get("needs", key)]) for key, p in probabilities.items()}
    made = {
        key: 1 - math.prod(1 - own[part] for part in entry["any_of"])
        for key, entry in entries.items()
        if "any_of" in entry
    }
    return {**own, **made}


def told(probabilities: Mapping[str, float], thresholds: Mapping[str, float]) -> tuple[Tag, ...]:
    """Tags that reach their thresholds, surest first, without those that go without saying beside another."""
    sure = sorted(((p, key) for key, p in probabilities.items() if p >= thresholds[key]), reverse=True)
    return _without_broader([_tag(key, p) for p, key in sure])


def cautious(thresholds: Mapping[str, float]) -> dict[str, float]:
    """Thresholds for a photo unlike any of training, where a network is sure too easily.

    Tags that have a broader one give way to it (a lion looks like a dog; it is an animal all the same),
    others must be all but certain.
    """
    entries = tag_entries()
    broad = {broader for entry in entries.values() for broader in entry.get("broader", [])}
    least = {key: _BROAD if key in broad else _NEVER if "broader" in entries[key] else _CERTAIN for key in thresholds}
    return {key: max(threshold, least[key]) for key, threshold in thresholds.items()}


def _tag(key: str, probability: float) -> Tag:
    entry = tag_entries()[key]
    return Tag(key, probability, {"en": entry["en"], "zh": entry["zh"]}, entry["kind"])


def _without_broader(tags: Sequence[Tag]) -> tuple[Tag, ...]:
    said = {broader for tag in tags for broader in tag_entries()[tag.key].get("broader", [])}
    return tuple(tag for tag in tags if tag.key not in said)
