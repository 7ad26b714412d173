"""The server's folder among the system's temporary files, and those that servers which were killed left there."""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX, _LOCK = "emotigram-serve-", "in-use.lock"
_OURS = re.compile(re.escape(_PREFIX) + r"[a-z0-9_]{8}")  # as tempfile names folders


@contextmanager
def own_folder() -> Iterator[Path]:
    """A new folder for this process alone, deleted on leaving; first, those of processes that are dead are deleted.

    A folder is in use for as long as its lock is held, which the system lets go of however a process ends. Where files
    have no such locks (Windows), nothing is deleted that is not one's own.
    """
    if os.name == "posix":
        _delete_leftovers(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        if os.name != "posix":
            yield folder
            return
        lock = os.open(folder / _LOCK, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        try:
            _try_lock(lock)
            yield folder
        finally:
            os.close(lock)


def _delete_leftovers(place: Path) -> None:
    paths: list[Path] = []
    with suppress(PermissionError):  # where nobody may list the folder, nobody can look for any
        paths = [path for path in place.iterdir() if _OURS.fullmatch(path.name)]
    for path in paths:
        with suppress(OSError):  # in use, another user's, a link, or gone: not ours to delete
            _delete_unused(path)


def _delete_unused(path: Path) -> None:
    """Delete a folder that we own and nobody uses; raises OSError where it is anything else."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        found = os.fstat(folder)
        if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) != 0o700:
            return
        lock = os.open(_LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
        try:
            _try_lock(lock)
            shutil.rmtree(path)  # follows no links, neither here nor inside
        finally:
            os.close(lock)
    finally:
        os.close(folder)


def _try_lock(file: int) -> None:
    """Lock a file for as long as it is open; raises BlockingIOError where another process holds the lock."""
    import fcntl  # noqa: PLC0415  # not on Windows

    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
