"""The models that ship in the package: a folder each, with weights, manifest and card."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import onnxruntime as ort

from emotigram.errors import ModelDamaged


@dataclass(frozen=True, slots=True)
class Model:
    """A model folder and its manifest."""

    folder: Path
    manifest: dict[str, Any]

    def session(self, file: str, threads: int = 0) -> ort.InferenceSession:
        """Open one of its ONNX files on the CPU; ``threads`` 0 takes all cores. Raises ModelDamaged."""
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        # waiting threads would burn the cores that other models and programs need
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            return ort.InferenceSession(str(self.folder / file), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's own errors share no base class below Exception
            raise ModelDamaged(name=self.folder.parent.name) from error


def shipped_model(name: str, version: str) -> Model:
    """Return a model of ``emotigram/models`` after checking every file's SHA-256; raises ModelDamaged."""
    folder = Path(str(resources.files("emotigram") / "models" / name / version))
    return open_model(folder)


def open_model(folder: Path) -> Model:
    """Return the model in a folder after checking every file's SHA-256; raises ModelDamaged."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        intact = all(sha256(folder / file) == wanted for file, wanted in manifest["files"].items())
    except (OSError, ValueError, KeyError) as error:
        raise ModelDamaged(name=folder.parent.name) from error
    if not intact:
        raise ModelDamaged(name=folder.parent.name)
    return Model(folder, manifest)


def sha256(path: Path) -> str:
    """Hex SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
