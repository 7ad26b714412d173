"""From the classes of ImageNet-1k, which classifiers give, to what people would say is there."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from emotigram.data_files import read_data
from emotigram.tags.vocabulary import broader_chain


@cache
def class_tags() -> tuple[str, ...]:
    """The narrowest tag of each of the 1000 classes in the classifier's order, '' where it is never told."""
    return tuple(tag for _, _, tag in read_data("imagenet_classes.toml")["classes"])


def tag_chances(probabilities: NDArray[np.floating]) -> dict[str, float]:
    """By tag, the sum of the probabilities (1000 of one photo, in the classifier's order) of all classes under it.

    Raises ValueError for another shape.
    """
    if probabilities.shape != (len(class_tags()),):
        raise ValueError(f"{len(class_tags())} probabilities of one photo, not {probabilities.shape}")
    members = _members()
    return {tag: min(1.0, float(probabilities[rows].sum())) for tag, rows in members.items()}


@cache
def _members() -> dict[str, list[int]]:
    """The classes under each tag, whether directly or through narrower ones."""
    found: dict[str, list[int]] = {}
    for row, narrowest in enumerate(class_tags()):
        for tag in broader_chain(narrowest) if narrowest else ():
            found.setdefault(tag, []).append(row)
    return found
