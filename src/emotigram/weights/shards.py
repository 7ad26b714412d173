"""Whether weights in a folder are whole, as far as they say so themselves; nothing heavy is read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from emotigram.errors import WeightsDamaged
from emotigram.files import read_json_file
from emotigram.weights.record import is_plain

_HEADER_LIMIT_BYTES = 1 << 24  # of safetensors' own 100 MB: read, they fill gigabytes; a tensor needs about 100 bytes
_INDEX_LIMIT_BYTES = 1 << 25  # some 300,000 tensors
_LENGTH_BYTES = 8  # of the header, little-endian, at the file's beginning


def check_shards(folder: Path, name: str = "") -> None:
    """Hold the weights in a folder against their index and their headers; a folder without weights is no fault.

    ``name`` is what messages call the weights, the folder's own by default. Raises WeightsDamaged where a shard that
    an index names is missing, or a safetensors file is not as long as its header says.
    """
    called = name or folder.name
    for file in sorted({*_indexed(folder, called), *(path.name for path in folder.glob("*.safetensors"))}):
        path = folder / file
        if not path.is_file() or (path.suffix == ".safetensors" and not _has_length(path)):
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


def _has_length(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            header_bytes = int.from_bytes(stream.read(_LENGTH_BYTES), "little")
            if header_bytes > _HEADER_LIMIT_BYTES:
                return False
            tensors: dict[str, Any] = json.loads(stream.read(header_bytes))
        ends = [tensor["data_offsets"][1] for key, tensor in tensors.items() if key != "__metadata__"]
        return path.stat().st_size == _LENGTH_BYTES + header_bytes + max(ends, default=0)
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        return False
