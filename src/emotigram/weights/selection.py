"""Which files of a repository make weights that transformers can load."""

from __future__ import annotations

import re
from collections.abc import Iterable

from emotigram.weights.record import is_plain

_SAFE = re.compile(r"model(-\d+-of-\d+)?\.safetensors(\.index\.json)?")
_PICKLED = re.compile(r"pytorch_model(-\d+-of-\d+)?\.bin(\.index\.json)?")
_BESIDE = re.compile(r"(?!.*\.index\.json).*\.(json|jinja|model|txt)")  # configuration, tokenizer, processor


def choose_files(files: Iterable[str]) -> list[str]:
    """The files to fetch, small ones first: weights (pickled only where there are no others) and all beside them.

    Empty where there are no weights. Folders, pictures, code and other frameworks' weights are left out.
    """
    plain = [file for file in files if is_plain(file)]
    weights = [file for file in plain if _SAFE.fullmatch(file)]
    if is_pickled(weights):
        weights = [file for file in plain if _PICKLED.fullmatch(file)]
    if not any(map(_is_weights, weights)):
        return []
    beside = [file for file in plain if _BESIDE.fullmatch(file)]
    return sorted({*weights, *beside}, key=lambda file: (_is_weights(file), file))


def is_pickled(files: Iterable[str]) -> bool:
    """Whether there are no safetensors among the files."""
    return not any(file.endswith(".safetensors") for file in files)


def could_belong(file: str) -> bool:
    """Whether a file of this name in a folder could be taken for a part of its weights."""
    return is_plain(file) and any(kind.fullmatch(file) for kind in (_SAFE, _PICKLED, _BESIDE))


def _is_weights(file: str) -> bool:
    return file.endswith((".safetensors", ".bin"))
