"""Whether weights in a folder are whole, as far as they say so themselves; nothing heavy is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from safetensors import SafetensorError, safe_open

from emotigram.errors import WeightsDamaged
from emotigram.files import read_json_file
from emotigram.weights.record import is_plain

_HEADER_LIMIT_BYTES = 1 << 24  # of safetensors' own 100 MB: read, they fill gigabytes; a tensor needs about 100 bytes
_INDEX_LIMIT_BYTES = 1 << 25  # some 300,000 tensors
_LENGTH_BYTES = 8  # of the header, little-endian, at the file's beginning


def check_shards(folder: Path, name: str = "") -> None:
    """Hold the weights in a folder against their index and their headers; a folder without weights is no fault.

    ``name`` is what messages call the weights, the folder's own by default. Raises WeightsDamaged where a shard that
    an index names is missing, or a safetensors file does not fit its header.
    """
    called = name or folder.name
    for file in sorted({*_indexed(folder, called), *(path.name for path in folder.glob("*.safetensors"))}):
        path = folder / file
        if not path.is_file() or (path.suffix == ".safetensors" and not _is_safetensors(path)):
            raise WeightsDamaged(name=called, file=file)


def has_weights(folder: Path) -> bool:
    """Whether there is anything in the folder that transformers could load."""
    return (folder / "config.json").is_file() and any(
        path.is_file() for kind in ("*.safetensors", "pytorch_model*.bin") for path in folder.glob(kind)
    )


def _indexed(folder: Path, name: str) -> Iterator[str]:
    """The shards that the index names; that of the pickled weights counts only where there are no others."""
    indexes = list(folder.glob("*.safetensors.index.json"))
    if not indexes and not any(folder.glob("*.safetensors")):
        indexes = list(folder.glob("*.bin.index.json"))
    for index in indexes:
        try:
            files = list(read_json_file(index, _INDEX_LIMIT_BYTES)["weight_map"].values())
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise WeightsDamaged(name=name, file=index.name) from error
        if not all(isinstance(file, str) and is_plain(file) for file in files):
            raise WeightsDamaged(name=name, file=index.name)
        yield from files


def _is_safetensors(path: Path) -> bool:
    """Whether the header can be understood, and the file is as long as it says."""
    try:
        with path.open("rb") as stream:
            if int.from_bytes(stream.read(_LENGTH_BYTES), "little") > _HEADER_LIMIT_BYTES:
                return False
        with safe_open(path, framework="np"):  # reads no tensor
            return True
    except (OSError, ValueError, SafetensorError):
        return False
