"""A store of weights with tiny ones under the names of the real ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from emotigram.settings import Settings
from emotigram.weights.record import FileRecord, Record, write_record
from emotigram.weights.store import entry_of, own_folder, repo_of


def save_into_store(name: str, save: Callable[[Path], Path], settings: Settings) -> None:
    """Save weights as if ``emotigram models pull`` had fetched ``name`` into ``settings.weights_dir``."""
    repo, entry = repo_of(name), entry_of(name)
    assert entry is not None
    folder = save(own_folder(repo, settings))
    files = {path.name: FileRecord(path.stat().st_size, git_sha1="0" * 40) for path in folder.iterdir()}
    write_record(folder, Record(repo, entry.revision, files))
