"""Where finished model folders are put together, out of sight until they are whole."""

from __future__ import annotations

import json
import platform
import shutil
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from emotigram.inference.store import sha256


def workshop(model_dir: Path, model_version: str) -> Path:
    """An empty folder beside the shipped one, so that nobody meets a model half written."""
    folder = model_dir / f"{model_version}.building"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write ``manifest.json`` with the checksum of every other file but the card."""
    files = {p.name: sha256(p) for p in sorted(folder.iterdir()) if p.name not in {"manifest.json", "CARD.md"}}
    text = json.dumps({**manifest, "files": files}, ensure_ascii=False, indent=2)
    (folder / "manifest.json").write_text(text + "\n", "utf-8")


def ship(folder: Path) -> None:
    """Put a workshop's folder in the place of the version that shipped before."""
    finished = folder.with_suffix("")
    shutil.rmtree(finished, ignore_errors=True)
    folder.rename(finished)


def versions() -> dict[str, str]:
    """Versions of what decides a training's outcome."""
    return {
        "python": platform.python_version(),
        **{package: version(package) for package in ("torch", "onnxruntime", "numpy")},
    }
