"""Reading small files that somebody else may have put there."""

from __future__ import annotations

import errno
import json
import os
import stat
import tempfile
from pathlib import Path
from typing import Any


def read_regular(path: Path, most_bytes: int) -> tuple[bytes, os.stat_result]:
    """A file's bytes and facts; raises OSError for what is no regular file (a pipe would wait) or too large."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    with os.fdopen(handle, "rb") as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return content, facts


def read_json_file(path: Path, most_bytes: int = 1 << 23) -> Any:
    """What a JSON file holds; raises OSError as ``read_regular`` does, ValueError for what is no JSON or too deep."""
    try:
        return json.loads(read_regular(path, most_bytes)[0])
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def is_of_others(facts: os.stat_result) -> bool:
    """Whether another user owns a file or everybody may write it; not known on Windows, and False there."""
    if not hasattr(os, "geteuid"):
        return False
    return facts.st_uid not in (0, os.geteuid()) or bool(facts.st_mode & stat.S_IWOTH)


def write_json_file(path: Path, value: Any) -> None:
    """Write JSON, whole or not at all, for its owner's eyes alone; raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # with mode 0600
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
    Path(fresh).replace(path)
