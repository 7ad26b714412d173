"""Fetch weights into our own store: first what would be fetched, then the bytes, the record last."""

from __future__ import annotations

import errno
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from rich.filesize import decimal

from emotigram.errors import DiskFull, HubChanged, WeightsWrong
from emotigram.settings import Settings
from emotigram.weights.hub import Hub, Listing, length_of
from emotigram.weights.record import RECORD, FileRecord, Record, Watcher, is_whole, write_record
from emotigram.weights.selection import choose_files, could_belong, is_pickled
from emotigram.weights.store import entry_of, own_folder, repo_of, store_fault

_COMMIT = re.compile("[0-9a-f]{40}")
_LOCK = ".emotigram-pull.lock"
_NAMES_SHOWN = 5
_NAME_SHOWN = 100  # characters of each
_MOST_FILES = 2000  # of one pull: the largest models there are have some hundred shards


@dataclass(frozen=True, slots=True)
class Download:
    """What a pull would fetch: ``missing`` are the files of the record that are not yet in the folder, whole.

    ``missing_bytes`` is without what an interrupted pull has left of them.
    """

    name: str
    folder: Path
    record: Record
    licence: str
    missing: tuple[str, ...]
    missing_bytes: int
    hub: Hub

    @property
    def is_pickled(self) -> bool:
        """Whether there are only weights in files that can hold code."""
        return is_pickled(self.record.files)

    def check_room(self) -> None:
        """Raise DiskFull where the disk cannot take what is missing."""
        free = _free_bytes(self.folder)
        if self.missing_bytes > free:
            raise DiskFull(name=self.name, needed=decimal(self.missing_bytes), free=decimal(free))


def prepare(name: str, settings: Settings, watcher: Watcher, revision: str = "") -> Download:
    """Ask the hub what is to be fetched and check what is there; nothing is written.

    ``revision`` is a commit, branch or tag; '' is the catalogue's commit or else the newest one. Raises HubError,
    WeightsUnknown, and WeightsWrong for a repository without weights that transformers could load.
    """
    repo, entry = repo_of(name), entry_of(name)
    hub = Hub(name)
    asked = revision or (entry.revision if entry else "")
    listing = hub.look_up(repo, asked)
    if not _COMMIT.fullmatch(listing.commit) or (_COMMIT.fullmatch(asked) and listing.commit != asked):
        raise HubChanged(name=name, file=asked or "main")
    files = {file: listing.files[file] for file in _choose(name, listing)}
    folder = own_folder(repo, settings)
    with _faults_named(name, folder):
        missing = tuple(file for file, wanted in files.items() if not is_whole(folder / file, wanted, watcher, file))
        missing_bytes = sum(files[file].size - length_of(_part(folder, file, files[file])) for file in missing)
    licence = (entry.licence if entry else "") or listing.licence
    return Download(name, folder, Record(repo, listing.commit, files), licence, missing, missing_bytes, hub)


def fetch(download: Download, watcher: Watcher) -> None:
    """Fetch what is missing, check it and write the record; whatever ends this can be taken up again.

    Raises HubUnreachable, HubRefused, HubChanged, DiskFull, and SettingsError for a folder that cannot be written.
    """
    folder, record = download.folder, download.record
    with _faults_named(download.name, folder, download.missing_bytes):
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / _LOCK):  # two pulls into one file would spoil it
            if download.missing:  # without a record the folder counts as half fetched, which it now is
                (folder / RECORD).unlink(missing_ok=True)
            for file in download.missing:
                _fetch_file(download, file, watcher)
            _remove_leftovers(folder, record)
            write_record(folder, record)


def _choose(name: str, listing: Listing) -> list[str]:
    chosen = choose_files(listing.files)
    if not chosen:
        found = ", ".join(file[:_NAME_SHOWN] for file in sorted(listing.files)[:_NAMES_SHOWN]) or "–"
        raise WeightsWrong(name=name, wanted="model.safetensors", found=found)
    if len(chosen) > _MOST_FILES:
        raise WeightsWrong(name=name, wanted=f"≤ {_MOST_FILES}", found=len(chosen))
    alike = {file.casefold(): file for file in chosen}
    if len(alike) < len(chosen):  # on some systems one would be written over the other
        doubled = sorted({*chosen} - {*alike.values()})[:_NAMES_SHOWN]
        raise WeightsWrong(name=name, wanted="a ≠ A", found=", ".join(doubled))
    return chosen


def _fetch_file(download: Download, file: str, watcher: Watcher) -> None:
    wanted, path = download.record.files[file], download.folder / file
    if is_whole(path, wanted, watcher, file):  # by another pull, while this one waited
        return
    part = _part(download.folder, file, wanted)
    try:
        download.hub.fetch(download.record, file, part, watcher)
        part.touch()  # an empty file needs no fetching
        if not is_whole(part, wanted, watcher, file):
            raise HubChanged(name=download.name, file=file)
    except HubChanged:
        part.unlink(missing_ok=True)
        raise
    part.replace(path)


def _part(folder: Path, file: str, wanted: FileRecord) -> Path:
    """Where the file grows; the checksum is in the name, so that bytes of two commits never meet."""
    return folder / f"{file}.{(wanted.sha256 or wanted.git_sha1)[:12]}.part"


def _remove_leftovers(folder: Path, record: Record) -> None:
    """Remove what pulls of other commits left: transformers could take it for a part of these weights."""
    for path in folder.iterdir():
        if path.name not in record.files and (path.suffix == ".part" or could_belong(path.name)):
            path.unlink()


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(next(path for path in (folder, *folder.absolute().parents) if path.exists())).free


@contextmanager
def _faults_named(name: str, folder: Path, needed: int = 0) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(name=name, needed=decimal(needed), free=decimal(_free_bytes(folder))) from error
        raise store_fault(folder, error) from error
