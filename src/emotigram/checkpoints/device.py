"""Where and in which numbers torch models run."""

from __future__ import annotations

import importlib.util

import torch
from transformers import BitsAndBytesConfig

from emotigram.errors import DeviceMissing, QuantizationUnavailable
from emotigram.settings import Settings

SPLIT = "split"
_DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16, "fp32": torch.float32}


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
