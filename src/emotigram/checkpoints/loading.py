"""How the weights of torch models are loaded; nothing is ever fetched."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from pickle import UnpicklingError  # its name only: nothing is unpickled here
from typing import Any

from jinja2 import TemplateError
from rich.console import Console
from rich.text import Text
from safetensors import SafetensorError
from transformers.utils import logging as their_logging

from emotigram.checkpoints.batches import is_out_of_memory
from emotigram.checkpoints.device import SPLIT, choose_device, choose_dtype, quantization_config
from emotigram.errors import ExtraMissing, OutOfMemory, WeightsDamaged, WeightsWrong
from emotigram.files import read_json_file
from emotigram.settings import Settings
from emotigram.texts import interface_language, say
from emotigram.weights.shards import check_shards, has_weights

_SHOWN = 3
_NAMED = ("torchvision", "sentencepiece", "tiktoken", "num2words", "accelerate")  # what parts of transformers need
# what libraries raise at files that are none of theirs, and an allocator of its own kind
_FAULTS = (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError, TemplateError, MemoryError)


def load_arguments(settings: Settings) -> dict[str, Any]:
    """Arguments of a model's ``from_pretrained``; raises DeviceMissing or QuantizationUnavailable."""
    device = choose_device(settings)
    return {
        "dtype": choose_dtype(settings, device),
        "device_map": "auto" if settings.device == SPLIT else {"": device},
        "quantization_config": quantization_config(settings),
        "offload_folder": settings.offload_dir.expanduser() if settings.offload_dir else None,
        "local_files_only": True,
        "trust_remote_code": False,
        "weights_only": True,  # pickled weights can hold code, which is not run
    }


def load_whole(kind: Any, folder: Path, name: str, settings: Settings) -> Any:
    """Load a model of an (auto) class for use; weights that are not all there raise WeightsDamaged.

    Raises all that ``loading`` and ``load_arguments`` raise.
    """
    arguments = load_arguments(settings)
    with loading(folder, name, settings):
        check_files(folder, name)
        model, info = kind.from_pretrained(str(folder), output_loading_info=True, **arguments)
    missing = info["missing_keys"]  # transformers would only warn, and describe photos with random numbers
    if 2 * len(missing) > len(model.state_dict()):
        raise WeightsWrong(name=name, wanted=type(model).__name__, found=_some(info["unexpected_keys"]))
    if missing:
        raise WeightsDamaged(name=name, file=_some(missing))
    return model


def check_files(folder: Path, name: str) -> None:
    """Refuse a folder without weights, or with damaged ones; raises WeightsWrong or WeightsDamaged."""
    read_json(folder, "config.json", name)
    check_shards(folder, name)
    if not has_weights(folder):
        raise WeightsWrong(name=name, wanted="model.safetensors", found=_some(path.name for path in folder.iterdir()))


def read_json(folder: Path, file: str, name: str) -> dict[str, Any]:
    """One JSON object of a checkpoint's folder; raises WeightsWrong."""
    try:
        values = read_json_file(folder / file)
    except FileNotFoundError as error:
        raise WeightsWrong(name=name, wanted=file, found=_some(path.name for path in folder.iterdir())) from error
    except (OSError, ValueError) as error:
        raise WeightsWrong(name=name, wanted="JSON", found=f"{file}: {type(error).__name__}") from error
    if not isinstance(values, dict):
        raise WeightsWrong(name=name, wanted="JSON", found=f"{file}: {type(values).__name__}")
    return values


@contextmanager
def loading(folder: Path, name: str, settings: Settings) -> Iterator[None]:
    """Load parts of a checkpoint in here: faults raise WeightsError, ExtraMissing or OutOfMemory.

    While it lasts, a terminal on stderr shows one line, and transformers says nothing of its own.
    """
    console = Console(stderr=True)
    line = Text(say("engines.loading", interface_language(settings.interface), name=name))
    try:
        with quiet(), console.status(line) if console.is_terminal else nullcontext():
            yield
    except ImportError as error:
        raise ExtraMissing(extra="blip2", package=_package(error)) from error
    except (SafetensorError, UnpicklingError, EOFError) as error:
        raise WeightsDamaged(name=name, file="*.safetensors, *.bin") from error
    except _FAULTS as error:
        if is_out_of_memory(error):
            raise OutOfMemory(engine=name, device=choose_device(settings)) from error
        first = (str(error).strip().splitlines() or [""])[0].replace(str(folder), "…")
        raise WeightsWrong(name=name, wanted="transformers", found=f"{type(error).__name__}: {first[:160]}") from error


def _package(error: ImportError) -> str:
    """The package that is missing, as Python names it or as transformers' sentence does."""
    said = str(error).lower()
    return error.name or next((package for package in _NAMED if package in said), "transformers")


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers' own warnings and progress bars off the terminal."""
    level, has_bars = their_logging.get_verbosity(), their_logging.is_progress_bar_enabled()
    their_logging.set_verbosity(logging.CRITICAL)
    their_logging.disable_progress_bar()
    try:
        yield
    finally:
        their_logging.set_verbosity(level)
        if has_bars:
            their_logging.enable_progress_bar()


def _some(names: Any) -> str:
    first = sorted(map(str, names))
    return ", ".join(first[:_SHOWN]) + (f" (+{len(first) - _SHOWN})" if len(first) > _SHOWN else "") or "–"
