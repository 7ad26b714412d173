"""Where finished model folders are put together, out of sight until they are whole."""

from __future__ import annotations

import platform
import shutil
from importlib.metadata import version
from pathlib import Path


def workshop(model_dir: Path, model_version: str) -> Path:
    """An empty folder beside the shipped one, so that nobody meets a model half written."""
    folder = model_dir / f"{model_version}.building"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


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
