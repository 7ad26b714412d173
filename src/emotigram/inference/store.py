"""The models that ship in the package: a folder each, with weights, manifest and card."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import onnxruntime as ort

from emotigram.errors import ModelDamaged, ModelMismatched
from emotigram.files import read_json_file


@dataclass(frozen=True, slots=True)
class Model:
    """A model folder and its manifest."""

    folder: Path
    manifest: dict[str, Any]

    def session(self, file: str, threads: int = 0) -> ort.InferenceSession:
        """Return one of its ONNX files, opened on the CPU once for all who ask; ``threads`` 0 takes all cores.

        Raises ModelDamaged.
        """
        path = self.folder / file
        try:
            written = path.stat()
            return _opened(path, written.st_mtime_ns, written.st_size, threads)
        except Exception as error:  # onnxruntime's own errors share no base class below Exception
            raise ModelDamaged(name=self.folder.parent.name) from error

    def field(self, key: str) -> Any:
        """A field of the manifest; raises ModelMismatched where there is none."""
        if key not in self.manifest:
            raise ModelMismatched(name=self.folder.parent.name, part=key, wanted="…", found="–")
        return self.manifest[key]

    def expect(self, session: ort.InferenceSession, shapes: Mapping[str, Sequence[int | None]]) -> None:
        """Hold an open file's inputs and outputs against the manifest; None stands for any size.

        A size that the network itself leaves open fits. Raises ModelMismatched.
        """
        found = {part.name: part.shape for part in (*session.get_inputs(), *session.get_outputs())}
        for part, wanted in shapes.items():
            if part not in found or not _fits(found[part], wanted):
                raise ModelMismatched(
                    name=self.folder.parent.name, part=part, wanted=_shape(wanted), found=_shape(found.get(part, []))
                )


@lru_cache(maxsize=8)
def _opened(path: Path, _mtime_ns: int, _size: int, threads: int) -> ort.InferenceSession:
    """Sessions may run in several threads at once; a file that was written anew is opened anew."""
    return ort.InferenceSession(str(path), session_options(threads), providers=["CPUExecutionProvider"])


def session_options(threads: int) -> ort.SessionOptions:
    """How networks run here; ``threads`` 0 takes all cores."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # waiting threads would burn the cores that other models and programs need
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _fits(found: Sequence[int | str | None], wanted: Sequence[int | None]) -> bool:
    pairs = zip(found, wanted, strict=False)
    return len(found) == len(wanted) and all(w is None or not isinstance(f, int) or f == w for f, w in pairs)


def _shape(sizes: Sequence[int | str | None]) -> str:
    return " × ".join(str(size) if isinstance(size, int) else "n" for size in sizes) or "-"


def shipped_model(name: str, version: str, models_dir: Path | None = None) -> Model:
    """Return a model of ``emotigram/models``, or of another such folder, after checking it; raises ModelDamaged."""
    models = models_dir or Path(str(resources.files("emotigram") / "models"))
    return open_model(models / name / version)


def open_model(folder: Path) -> Model:
    """Return the model in a folder after checking every file's SHA-256; raises ModelDamaged."""
    try:
        manifest = read_json_file(folder / "manifest.json")
        intact = all(sha256(folder / file) == wanted for file, wanted in manifest["files"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelDamaged(name=folder.parent.name) from error
    if not intact:
        raise ModelDamaged(name=folder.parent.name)
    return Model(folder, manifest)


def sha256(path: Path) -> str:
    """Hex SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
