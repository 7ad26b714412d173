"""An exported model as a folder: there whole or not at all, with a manifest, checksums and a card."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from emotigram.errors import RunInTheWay
from emotigram.evaluation.report import render
from emotigram.evaluation.whole_folder import whole_folder
from emotigram.inference.store import sha256

FORMAT = 1
MANIFEST, CARD = "manifest.json", "CARD.md"
_TEMPLATES = "emotigram.training.multimodal"
_PACKAGES = ("emotigram", "numpy", "onnx", "onnxruntime", "torch", "transformers")


@contextmanager
def new_export(folder: Path) -> Iterator[Path]:
    """Give an empty folder to fill; it replaces ``folder`` at the end, or vanishes where something fails.

    Raises RunInTheWay where ``folder`` holds something else than an export.
    """
    if folder.exists() and not (folder / MANIFEST).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise RunInTheWay(path=folder)
    with whole_folder(folder) as draft:
        yield draft


def write_card_and_manifest(draft: Path, manifest: Mapping[str, Any], about: Mapping[str, Any]) -> None:
    """Write ``CARD.md``, then ``manifest.json`` with versions, ``about`` and the SHA-256 of every other file."""
    sizes = {name: (draft / name).stat().st_size / 1e6 for name in _files(draft)}
    stated = {**manifest, "about": dict(about), "versions": {name: version(name) for name in _PACKAGES}}
    card = render("model_card.md.j2", _TEMPLATES, model=stated, about=about, sizes=sizes)
    (draft / CARD).write_text(card, "utf-8")
    sums = {name: sha256(draft / name) for name in _files(draft)}
    text = json.dumps({"format": FORMAT, **stated, "files": sums}, ensure_ascii=False, indent=1)
    (draft / MANIFEST).write_text(text + "\n", "utf-8")


def _files(draft: Path) -> list[str]:
    return sorted(path.relative_to(draft).as_posix() for path in draft.rglob("*") if path.is_file())
