"""Where and in which numbers large captioners run, and how their weights are loaded; nothing is ever fetched."""

from __future__ import annotations

import gc
import importlib.util
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from pickle import UnpicklingError  # its name only: nothing is unpickled here
from typing import Any, TypeVar

import torch
from jinja2 import TemplateError
from rich.console import Console
from rich.text import Text
from safetensors import SafetensorError
from transformers import BitsAndBytesConfig
from transformers.utils import logging as their_logging

from emotigram.errors import (
    DeviceMissing,
    ExtraMissing,
    OutOfMemory,
    QuantizationUnavailable,
    WeightsDamaged,
    WeightsWrong,
)
from emotigram.files import read_json_file
from emotigram.settings import Settings
from emotigram.texts import interface_language, say
from emotigram.weights.shards import check_shards, has_weights

Item = TypeVar("Item")
Result = TypeVar("Result")

SPLIT = "split"
_DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16, "fp32": torch.float32}
_SHOWN = 3
_NAMED = ("torchvision", "sentencepiece", "tiktoken", "num2words", "accelerate")  # what parts of transformers need
# what libraries raise at files that are none of theirs, and an allocator of its own kind
_FAULTS = (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError, TemplateError, MemoryError)
# what allocators without an exception of their own say: PyTorch's on CPU and Apple GPUs, and cuBLAS
_OUT_OF_MEMORY = ("DefaultCPUAllocator", "MPS backend out of memory", "CUBLAS_STATUS_ALLOC_FAILED")


def choose_device(settings: Settings) -> torch.device:
    """The device that photos go to first, also where a model is split over several; raises DeviceMissing."""
    found = _devices()
    best = next((name for name in ("cuda", "mps") if name in found), "cpu")
    name = best if settings.device in ("auto", SPLIT) else settings.device
    if name not in found:
        raise DeviceMissing(device=name, found=", ".join(["auto", *found, SPLIT]))
    return torch.device("cuda:0" if name == "cuda" else name)


def _devices() -> list[str]:
    gpus = [f"cuda:{number}" for number in range(torch.cuda.device_count())]
    return ["cpu", *(["cuda", *gpus] if gpus else []), *(["mps"] if torch.backends.mps.is_available() else [])]


def choose_dtype(settings: Settings, device: torch.device) -> torch.dtype:
    """The numbers to compute in: where none are asked for, bf16 or else fp16 on a GPU and fp32 on a CPU."""
    if settings.dtype != "auto":
        return _DTYPES[settings.dtype]
    if device.type == "cpu":
        return torch.float32
    has_bf16 = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.bfloat16 if has_bf16 else torch.float16


def quantization_config(settings: Settings) -> BitsAndBytesConfig | None:
    """How weights are made smaller, None for not at all; raises QuantizationUnavailable."""
    if settings.quantization == "none":
        return None
    device = choose_device(settings)
    if device.type != "cuda":
        raise QuantizationUnavailable(quantization=settings.quantization, reason=f"device={device}")
    if importlib.util.find_spec("bitsandbytes") is None:
        raise QuantizationUnavailable(quantization=settings.quantization, reason="ModuleNotFoundError: bitsandbytes")
    if settings.quantization == "8bit":
        return BitsAndBytesConfig(load_in_8bit=True)
    # NormalFloat and a second quantization of its constants: Dettmers et al. 2023, "QLoRA"
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=choose_dtype(settings, device),
    )


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
        if _is_out_of_memory(error):
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


def in_batches_that_fit(
    work: Callable[[Sequence[Item]], list[Result]], items: Sequence[Item], size: int, engine: str, device: object
) -> list[Result]:
    """Results of ``work`` in order, in batches of ``size`` or of half as many each time memory runs out.

    Raises OutOfMemory(engine, device) where not even one item fits.
    """
    done: list[Result] = []
    while len(done) < len(items):
        batch = items[len(done) : len(done) + size]
        results = _unless_memory_runs_out(work, batch)
        if results is not None:
            done += results
            continue
        if len(batch) == 1:
            raise OutOfMemory(engine=engine, device=device)
        size = len(batch) // 2
        _free_memory()  # only here: until its exception is gone, the failed batch still holds its memory
    return done


def _unless_memory_runs_out(
    work: Callable[[Sequence[Item]], list[Result]], batch: Sequence[Item]
) -> list[Result] | None:
    try:
        return work(batch)
    except (RuntimeError, MemoryError) as error:
        if not _is_out_of_memory(error):
            raise
        return None


def _is_out_of_memory(error: BaseException) -> bool:
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or any(sign in str(error) for sign in _OUT_OF_MEMORY)


def _free_memory() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()


def _some(names: Any) -> str:
    first = sorted(map(str, names))
    return ", ".join(first[:_SHOWN]) + (f" (+{len(first) - _SHOWN})" if len(first) > _SHOWN else "") or "–"
