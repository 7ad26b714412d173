"""Weights on this machine: find them by name."""

from __future__ import annotations

from pathlib import Path

from emotigram import catalogue
from emotigram.errors import WeightsMissing, WeightsUnknown
from emotigram.settings import Settings


def find_weights(name: str, settings: Settings) -> Path:  # noqa: ARG001
    """The folder of weights by key, ``owner/name`` or path; raises WeightsMissing, WeightsDamaged or WeightsUnknown."""
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    known = [each.key for each in catalogue.weights()]
    if name in known or name.count("/") == 1:
        raise WeightsMissing(name=name)
    raise WeightsUnknown(name=name, known=", ".join(known))
