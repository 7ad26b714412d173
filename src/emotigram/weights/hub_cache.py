"""Weights that other programs keep in the Hugging Face cache; found without its library, never changed."""

from __future__ import annotations

import os
import re
from pathlib import Path

from emotigram.errors import WeightsDamaged
from emotigram.files import read_regular
from emotigram.weights.shards import check_shards, has_weights

_COMMIT_BYTES = 64
_COMMIT = re.compile("[0-9a-f]{40}")


def cached_snapshot(repo: str, commit: str) -> Path | None:
    """The folder of a whole snapshot of that commit, of the branch main where ``commit`` is '', or None."""
    here = _cache_dir() / f"models--{repo.replace('/', '--')}"
    commit = commit or _main(here)
    folder = here / "snapshots" / commit
    if not _COMMIT.fullmatch(commit) or not has_weights(folder):
        return None
    try:
        check_shards(folder)
    except WeightsDamaged:  # left half-way by whoever fetched it
        return None
    return folder


def _main(here: Path) -> str:
    try:
        return read_regular(here / "refs" / "main", _COMMIT_BYTES)[0].decode("ascii").strip()
    except (OSError, ValueError):
        return ""


def _cache_dir() -> Path:
    """Where the library keeps it: the variables and their order are those of ``huggingface_hub.constants``."""
    given = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE")
    home = os.environ.get("HF_HOME") or str(Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface")
    return Path(os.path.expandvars(given or str(Path(home) / "hub"))).expanduser()
