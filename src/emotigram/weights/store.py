"""Weights on this machine: find them by name. Nothing is fetched, loaded or read as a whole."""

from __future__ import annotations

import re
from pathlib import Path

import platformdirs

from emotigram import catalogue
from emotigram.domain import Weights
from emotigram.errors import SettingsError, WeightsDamaged, WeightsError, WeightsMissing, WeightsUnknown
from emotigram.settings import Settings
from emotigram.weights.hub_cache import cached_snapshot
from emotigram.weights.record import RECORD, has_size, read_record
from emotigram.weights.shards import check_shards

_PART = "[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?"
_REPO = re.compile(rf"{_PART}/{_PART}")
_LONGEST_REPO = 96  # as on the hub


def find_weights(name: str, settings: Settings) -> Path:
    """The folder of weights by key, ``owner/name`` or path; raises WeightsMissing, WeightsDamaged or WeightsUnknown.

    A folder is looked for first, then our own store, then the Hugging Face cache.
    """
    folder = locate(name, settings)
    check_whole(folder, name)
    return folder


def is_at_hand(name: str, settings: Settings) -> bool:
    """Whether the weights could be loaded now."""
    try:
        find_weights(name, settings)
    except WeightsError:
        return False
    return True


def locate(name: str, settings: Settings) -> Path:
    """The folder of weights, whole or damaged; raises WeightsMissing or WeightsUnknown."""
    folder = as_folder(name) or kept_folder(name, settings)
    if folder is None:
        raise WeightsMissing(name=name)
    return folder


def kept_folder(name: str, settings: Settings) -> Path | None:
    """The folder of a key or ``owner/name`` in our store or the Hugging Face cache; raises WeightsUnknown."""
    repo, entry = repo_of(name), entry_of(name)
    own = own_folder(repo, settings)
    if (own / RECORD).is_file():
        return own
    return cached_snapshot(repo, entry.revision if entry else "")


def check_whole(folder: Path, name: str) -> None:
    """Hold a folder against its record, or else its index and headers, not byte by byte; raises WeightsDamaged."""
    record = read_record(folder, name)
    if record is None:
        check_shards(folder, name)
        return
    for file, wanted in record.files.items():
        if not has_size(folder / file, wanted):
            raise WeightsDamaged(name=name, file=file)


def as_folder(name: str) -> Path | None:
    """The folder at this path, None where there is none, and for names of the catalogue: those are never paths."""
    if entry_of(name) is not None:  # what a working folder happens to hold must not take its place
        return None
    try:
        path = Path(name).expanduser()
        return path if name.strip() and path.is_dir() else None
    except (OSError, RuntimeError, ValueError):  # a name too long for a path, or of a home that is not known
        return None


def entry_of(name: str) -> Weights | None:
    """The catalogue's entry of a key or ``owner/name``, also that of the same weights, None where there is none."""
    return next((each for each in catalogue.weights() if name in (each.key, each.repo, *each.also)), None)


def repo_of(name: str) -> str:
    """The repository ``owner/name`` of a key or of itself; raises WeightsUnknown for a name that can be neither."""
    entry = entry_of(name)
    if entry is not None:
        return entry.repo
    # a folder is made of it: no name may lead out of the store
    if not _REPO.fullmatch(name) or len(name) > _LONGEST_REPO or "--" in name or ".." in name:
        raise WeightsUnknown(name=name, known=", ".join(each.key for each in catalogue.weights()))
    return name


def store_dir(settings: Settings) -> Path:
    """The folder of our own store, there or not."""
    if settings.weights_dir is not None:
        return settings.weights_dir.expanduser()
    return platformdirs.user_data_path("emotigram", appauthor=False) / "weights"


def own_folder(repo: str, settings: Settings) -> Path:
    """The folder in our store for a repository ``owner/name``, there or not."""
    return store_dir(settings) / repo.replace("/", "--")


def store_fault(path: Path, error: OSError) -> SettingsError:
    """The error of ours for a file or folder of the store that the system does not let us read or change."""
    return SettingsError(detail=f"weights_dir: {path}: {error.strerror or type(error).__name__}")
