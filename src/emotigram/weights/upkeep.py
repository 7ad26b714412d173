"""Our store in order: what is there, whether it is still what was fetched, and removing it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from emotigram import catalogue
from emotigram.errors import WeightsDamaged, WeightsError, WeightsForeign
from emotigram.settings import Settings
from emotigram.weights.record import RECORD, Watcher, is_whole, read_record
from emotigram.weights.shards import check_shards
from emotigram.weights.store import (
    as_folder,
    check_whole,
    entry_of,
    kept_folder,
    locate,
    own_folder,
    repo_of,
    store_dir,
    store_fault,
)

State = Literal["here", "cached", "partial", "damaged", "absent"]


@dataclass(frozen=True, slots=True)
class Holding:
    """Weights that are known or in our store; ``size`` is in bytes, approximate where they are not here.

    ``engine``, ``licence`` and ``languages`` are empty and ``parameters_b`` is None where the catalogue lacks them.
    """

    name: str
    repo: str
    state: State
    folder: str
    commit: str
    size: int
    engine: str = ""
    parameters_b: float | None = None
    languages: tuple[str, ...] = ()
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a verification: an error for each wrong file; ``files`` is how many there are in the record."""

    is_recorded: bool
    files: int
    faults: tuple[WeightsDamaged, ...]


def list_holdings(settings: Settings) -> list[Holding]:
    """All of the catalogue, then what else is in our store; nothing is read as a whole."""
    known = catalogue.weights()
    others = sorted(set(_stored_repos(settings)) - {each.repo for each in known})
    return [_holding(name, settings) for name in (*(each.key for each in known), *others)]


def recorded_repos(settings: Settings) -> list[str]:
    """The repositories in our store that were fetched to the end."""
    return [repo for repo in _stored_repos(settings) if (own_folder(repo, settings) / RECORD).is_file()]


def verify(name: str, settings: Settings, watcher: Watcher) -> Verdict:
    """Read every byte that a record vouches for; weights without one are held against their index and headers.

    Raises WeightsMissing and WeightsUnknown.
    """
    folder = locate(name, settings)
    try:
        record = read_record(folder, name)
        if record is None:
            check_shards(folder, name)
            return Verdict(False, 0, ())
    except WeightsDamaged as error:
        return Verdict(False, 0, (error,))
    wrong = [file for file, wanted in record.files.items() if not is_whole(folder / file, wanted, watcher, file)]
    return Verdict(True, len(record.files), tuple(WeightsDamaged(name=name, file=file) for file in wrong))


def removable_folder(name: str, settings: Settings) -> Path:
    """The folder in our store that holds these weights, or what is left of them.

    Raises WeightsForeign for weights that lie elsewhere, WeightsMissing and WeightsUnknown.
    """
    folder = as_folder(name) or own_folder(repo_of(name), settings)
    if folder.is_dir():
        is_ours = folder.resolve().parent == store_dir(settings).resolve() and "--" in folder.resolve().name
        if is_ours and not folder.is_symlink():
            return folder
    else:
        folder = locate(name, settings)
    raise WeightsForeign(name=name, path=folder)


def folder_size(folder: Path) -> int:
    """Bytes of all files in a folder and below."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() or path.is_symlink())


def remove_folder(folder: Path) -> None:
    """Remove a folder of our store; raises SettingsError where the system does not let us."""
    try:
        (folder / RECORD).unlink(missing_ok=True)  # first: what is half removed must not pass for whole
        shutil.rmtree(folder)
    except OSError as error:
        raise store_fault(error.filename or folder, error) from error


def _stored_repos(settings: Settings) -> Iterator[str]:
    try:
        folders = sorted(path for path in store_dir(settings).iterdir() if path.is_dir() and "--" in path.name)
    except OSError:  # no store yet
        return
    for folder in folders:
        repo = folder.name.replace("--", "/", 1)
        try:
            yield repo_of(repo)
        except WeightsError:  # somebody else's folder
            continue


def _holding(name: str, settings: Settings) -> Holding:
    entry, own, kept = entry_of(name), own_folder(repo_of(name), settings), kept_folder(name, settings)
    state = _state(name, own, kept)
    record = read_record(own, name) if state == "here" else None
    return Holding(
        name=name,
        repo=repo_of(name),
        state=state,
        folder="" if state == "absent" else str(kept or own),
        commit=record.commit if record else "",
        size=record.size if record else int(entry.size_gb * 1e9) if entry else folder_size(own),
        engine=entry.engine if entry else "",
        parameters_b=entry.parameters_b if entry else None,
        languages=entry.languages if entry else (),
        licence=entry.licence if entry else "",
    )


def _state(name: str, own: Path, kept: Path | None) -> State:
    if kept is None:
        return "partial" if own.is_dir() else "absent"
    if kept != own:
        return "cached"
    try:
        check_whole(own, name)
    except WeightsDamaged:
        return "damaged"
    return "here"
