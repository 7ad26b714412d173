"""Tensors from PyTorch's old file format (before zip), read without PyTorch and without running anything.

The format, from torch/serialization.py: three pickles that say what it is, a pickle of the tensors by name, each
pointing into a storage, a pickle of the storages' keys, then each storage as its length and its raw values.
"""

from __future__ import annotations

import io
import pickle
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray
from typing_extensions import TypeIs

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_STORAGES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}

Array = NDArray[Any]


def read_tensors(data: bytes) -> dict[str, Array]:
    """Tensors by name; raises ValueError where the bytes are anything else, or name what no such file needs."""
    file = io.BytesIO(data)
    try:
        head = [_Reader(file).load() for _ in range(3)]
        named = _Reader(file).load()
        keys = _Reader(file).load()
    except (
        pickle.UnpicklingError,
        EOFError,
        AttributeError,
        LookupError,
        TypeError,
        OverflowError,
        MemoryError,
    ) as error:
        raise ValueError(f"no file of tensors: {error}") from error
    if head[:2] != [_MAGIC, _PROTOCOL] or not isinstance(named, OrderedDict) or not isinstance(keys, list):
        raise ValueError("no file of tensors")
    if not all(isinstance(each, _Tensor) for each in named.values()):
        raise ValueError("it holds other things than tensors")
    dtypes = {each.storage.key: each.storage.dtype for each in named.values()}
    values = _storages(file, keys, dtypes)
    return {str(name): tensor.filled(values) for name, tensor in named.items()}


@dataclass(frozen=True, slots=True)
class _Storage:
    key: str
    dtype: np.dtype[Any]


@dataclass(frozen=True, slots=True)
class _Tensor:
    storage: _Storage
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]

    def filled(self, values: dict[str, Array]) -> Array:
        own = values.get(self.storage.key)
        last = self.offset + sum((n - 1) * step for n, step in zip(self.size, self.stride, strict=True))
        if own is None or 0 in self.size or not 0 <= self.offset <= last < len(own):
            raise ValueError("a tensor reaches beyond its storage")
        steps = [step * own.itemsize for step in self.stride]
        return as_strided(own[self.offset :], self.size, steps).copy()


def _tensor(storage: object, offset: object, size: object, stride: object, *_: object) -> _Tensor:
    """In place of torch._utils._rebuild_tensor_v2."""
    if not (isinstance(storage, _Storage) and isinstance(offset, int) and _are_sizes(size) and _are_sizes(stride)):
        raise ValueError("a tensor is described in another way")
    if len(stride) != len(size):
        raise ValueError("a tensor is described in another way")
    return _Tensor(storage, offset, size, stride)


def _are_sizes(numbers: object) -> TypeIs[tuple[int, ...]]:
    return isinstance(numbers, tuple) and all(isinstance(each, int) and each >= 0 for each in numbers)


class _Reader(pickle.Unpickler):
    """Knows the four names that such a file needs, none of which does anything."""

    def find_class(self, module: str, name: str) -> Any:
        """Return what stands for a name; raises UnpicklingError for all but four."""
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if module == "torch" and name in _STORAGES:
            return _STORAGES[name]
        raise pickle.UnpicklingError(f"it names {module}.{name}")

    def persistent_load(self, pid: object) -> _Storage:
        """Return the storage that a tensor points to; raises UnpicklingError for anything else."""
        match pid:
            case ("storage", np.dtype() as dtype, str() as key, str(), int(), None):
                return _Storage(key, dtype)
        raise pickle.UnpicklingError("a storage is described in another way")


def _storages(file: io.BytesIO, keys: Sequence[object], dtypes: dict[str, np.dtype[Any]]) -> dict[str, Array]:
    found = {}
    for key in keys:
        dtype = dtypes.get(str(key))
        if dtype is None:
            raise ValueError("a storage belongs to no tensor")
        length = int.from_bytes(file.read(8), "little")
        raw = file.read(length * dtype.itemsize)
        if len(raw) != length * dtype.itemsize:
            raise ValueError("a storage is cut short")
        found[str(key)] = np.frombuffer(raw, dtype)
    return found
