"""LoRA adapters on a language model: loaded with proof that they arrived, switched on for single rows of a batch."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from peft import LoraConfig, PeftConfig, inject_adapter_in_model
from peft.tuners.lora import LoraLayer
from peft.utils import SAFETENSORS_WEIGHTS_NAME, WEIGHTS_NAME, load_peft_weights
from safetensors import SafetensorError
from torch import nn

from emotigram.errors import (
    AdapterDamaged,
    AdapterForeign,
    AdapterMissing,
    AdapterUnmatched,
    AdapterUnsupported,
)

# OPT gives them all tokens of a batch as one row, where no adapter can be on for single photos
FLAT_LAYERS = frozenset({"fc1", "fc2"})
_NAME = "voice"
_MATRICES = ("lora_A", "lora_B")
# what a checkpoint may call the language model, from the outside in: an adapter saved from the whole
# model has every layer below it, one saved from the language model alone has none
_OUTER = ("base_model.model.", "model.language_model.", "language_model.")
_SHOWN = 3  # layers named in an error


class RowAdapter:
    """A LoRA adapter inside a language model, off until ``rows`` switches it on for some rows.

    PEFT multiplies what an adapter adds by its ``scaling``; a scaling of one number a row, 0 for the base's own,
    is a mixed batch without hooks: nothing can be left behind, and no index has to travel to a GPU at every layer.
    """

    def __init__(self, layers: Sequence[LoraLayer]) -> None:
        self._layers = [(layer, float(layer.scaling[_NAME])) for layer in layers]
        self._off()

    @contextmanager
    def rows(self, on: torch.Tensor) -> Iterator[None]:
        """Within the block, adapt only the rows where ``on`` (bool, as long as the batch the layers see) is true."""
        try:
            for layer, scaling in self._layers:
                weight: Any = layer.lora_A[_NAME].weight
                layer.scaling[_NAME] = (on.to(weight.device, weight.dtype) * scaling)[:, None, None]
            yield
        finally:
            self._off()

    def _off(self) -> None:
        for layer, _ in self._layers:
            layer.scaling[_NAME] = 0.0


def load_adapter(folder: Path, language_model: nn.Module, base: str) -> RowAdapter:
    """Load an adapter saved from the language model or from the whole model around it; the weights stay as they are.

    ``base`` names the weights in errors. Raises AdapterMissing, AdapterDamaged, AdapterUnsupported (another kind, or
    ``FLAT_LAYERS``), AdapterForeign (shapes of another model) or AdapterUnmatched (layers that are not there).
    """
    config, state = _config(folder), _state(folder)
    _check_shapes(folder, state, language_model, base)
    if flat := {name.partition(".lora_")[0].rpartition(".")[2] for name in state} & FLAT_LAYERS:
        raise AdapterUnsupported(path=folder, kind=f"LoRA ({', '.join(sorted(flat))})")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the layers come from the weights, not from the config, is meant
        inject_adapter_in_model(config, language_model, _NAME, low_cpu_mem_usage=True, state_dict=state)
    layers = {name: part for name, part in language_model.named_modules() if isinstance(part, LoraLayer)}
    if lost := set(state) ^ {f"{name}.{matrix}.weight" for name in layers for matrix in _MATRICES}:
        raise AdapterUnmatched(path=folder, detail=_some(lost))
    for name, layer in layers.items():
        _fill(layer, [state[f"{name}.{matrix}.weight"] for matrix in _MATRICES], folder)
    return RowAdapter(list(layers.values()))


def _config(folder: Path) -> LoraConfig:
    if not (folder / "adapter_config.json").is_file():
        raise AdapterMissing(path=folder)
    try:
        config: Any = PeftConfig.from_pretrained(str(folder))
    except (ValueError, KeyError, TypeError, OSError) as error:  # not JSON, or of a kind PEFT does not know
        raise AdapterDamaged(path=folder, reason=f"adapter_config.json: {type(error).__name__}") from error
    kind = _unsupported(config)
    if kind:
        raise AdapterUnsupported(path=folder, kind=kind)
    config.inference_mode = True
    config.base_model_name_or_path = None
    return config  # type: ignore[no-any-return]


def _unsupported(config: Any) -> str:
    """What of an adapter cannot be given to single rows, '' where it is plain LoRA."""
    if not isinstance(config, LoraConfig):
        return str(getattr(config.peft_type, "value", config.peft_type))
    features = {
        "DoRA": config.use_dora,
        f"bias={config.bias}": config.bias != "none",
        "modules_to_save": config.modules_to_save,
        "trainable tokens": getattr(config, "trainable_token_indices", None),
        "lora_bias": config.lora_bias,
        "activated LoRA": getattr(config, "alora_invocation_tokens", None),
        "target_parameters": getattr(config, "target_parameters", None),
    }
    return next((name for name, value in features.items() if value), "")


def _state(folder: Path) -> dict[str, torch.Tensor]:
    """The adapter's weights, keyed by the language model's own layer names."""
    if not any((folder / name).is_file() for name in (SAFETENSORS_WEIGHTS_NAME, WEIGHTS_NAME)):
        raise AdapterMissing(path=folder)
    try:
        weights = load_peft_weights(str(folder), device="cpu")
    except (SafetensorError, UnpicklingError, OSError, RuntimeError, ValueError, EOFError) as error:
        raise AdapterDamaged(path=folder, reason=type(error).__name__) from error
    if not all(torch.isfinite(values).all() for values in weights.values()):
        raise AdapterDamaged(path=folder, reason="NaN")
    return {_inner(name): values for name, values in weights.items()}


def _inner(name: str) -> str:
    for outer in _OUTER:
        name = name.removeprefix(outer)
    return name


def _check_shapes(folder: Path, state: dict[str, torch.Tensor], language_model: nn.Module, base: str) -> None:
    """Hold every matrix against the layer it is for, before anything is changed."""
    layers = {name: part for name, part in language_model.named_modules() if isinstance(part, nn.Linear)}
    parts = {name: name.partition(".lora_") for name in state}
    lost = {name for name, (layer, _, _) in parts.items() if layer not in layers}
    if lost or not state:
        raise AdapterUnmatched(path=folder, detail=_some(lost))
    for name, (layer, _, matrix) in parts.items():
        # A is (rank, in), B is (out, rank): Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language Models"
        found = state[name].shape[1 if matrix.startswith("A") else 0]
        wanted = layers[layer].in_features if matrix.startswith("A") else layers[layer].out_features
        if found != wanted:
            raise AdapterForeign(path=folder, base=_made_for(folder), detail=f"{layer}: {found} ≠ {wanted} ({base})")


def _made_for(folder: Path) -> str:
    return str(PeftConfig.from_pretrained(str(folder)).base_model_name_or_path or "?")


def _fill(layer: LoraLayer, values: Sequence[torch.Tensor], folder: Path) -> None:
    """Put the adapter where its layer computes; in bf16 as the layer, else in fp32, for fp16 may overflow.

    Not by PEFT's own loading, which follows an offloaded layer to where its numbers are thrown away.
    """
    base: Any = layer.get_base_layer()
    hook = getattr(base, "_hf_hook", None)  # accelerate's, where weights are offloaded
    device = getattr(hook, "execution_device", None) or base.weight.device
    dtype = torch.bfloat16 if base.weight.dtype == torch.bfloat16 else torch.float32
    for matrix, numbers in zip(_MATRICES, values, strict=True):
        part: Any = getattr(layer, matrix)[_NAME]
        if part.weight.shape != numbers.shape:
            raise AdapterDamaged(path=folder, reason=f"{tuple(numbers.shape)} ≠ {tuple(part.weight.shape)}")
        part.weight = nn.Parameter(numbers.to(device, dtype), requires_grad=False)


def _some(names: set[str]) -> str:
    first = sorted(names)[:_SHOWN]
    return ", ".join(first) + (f" (+{len(names) - _SHOWN})" if len(names) > _SHOWN else "") if first else "–"
