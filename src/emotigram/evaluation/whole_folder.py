"""Folders that are there whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Give an empty folder to fill; it replaces ``folder`` at the end, or vanishes where something fails.

    Raises OSError where no folder can be made.
    """
    target = folder.resolve()
    draft, old = (target.parent / f".{target.name}.{uuid4().hex[:8]}.{part}" for part in ("draft", "old"))
    draft.mkdir(parents=True)
    try:
        yield draft
        if target.exists():
            target.rename(old)
        draft.rename(target)
    finally:
        if old.exists() and not target.exists():
            old.rename(target)
        for rest in (draft, old):
            shutil.rmtree(rest, ignore_errors=True)
