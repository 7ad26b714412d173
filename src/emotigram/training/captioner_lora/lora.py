"""LoRA layers in a frozen captioner's language model: put in, taken out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MethodType
from typing import Any

import torch
from peft import LoraConfig, inject_adapter_in_model
from peft.tuners.lora import LoraLayer
from torch import nn

from emotigram.errors import SettingsError
from emotigram.training.captioner_lora.config import CaptionerLoraConfig
from emotigram.training.captioner_lora.learner import Learner
from emotigram.training.gradient_checkpointing import checkpoint_activations

NAME = "default"


def add_lora(learner: Learner, config: CaptionerLoraConfig) -> LoraConfig:
    """Freeze the model and put trainable fp32 matrices, the same for a seed, beside the layers that are named.

    Raises SettingsError where the language model has no such layers or cannot compute activations again.
    """
    model = learner.model
    model.requires_grad_(False)
    for part in _beside(model, learner.part):
        _keep_in_eval(part)
    wanted = _lora_config(learner, config)
    with torch.random.fork_rng():
        torch.manual_seed(config.seed)
        inject_adapter_in_model(wanted, _adapted(learner), NAME)
    for weights in trained(model):
        weights.data = weights.data.float()  # fp16 overflows, and small changes are lost in bf16
    if config.gradient_checkpointing:
        checkpoint_activations(model, learner.name)
    return wanted


def take_out_lora(learner: Learner) -> None:
    """Replace the LoRA layers of a learner by the layers that they stood beside."""
    model: nn.Module = learner.model
    del _adapted(learner).peft_config  # or PEFT would warn of a second adapter
    for name, layer in list(model.named_modules()):
        if isinstance(layer, LoraLayer):
            parent, _, own = name.rpartition(".")
            setattr(model.get_submodule(parent), own, layer.get_base_layer())


def trained(model: nn.Module) -> list[nn.Parameter]:
    """The weights that learn."""
    return [weights for weights in model.parameters() if weights.requires_grad]


def adapter_weights(learner: Learner) -> dict[str, torch.Tensor]:
    """The adapter's matrices under the names that PEFT saves them by."""
    named = _adapted(learner).named_parameters()
    return {
        f"base_model.model.{name.replace(f'.{NAME}.', '.')}": weights.detach().float().cpu().contiguous()
        for name, weights in named
        if weights.requires_grad
    }


def _lora_config(learner: Learner, config: CaptionerLoraConfig) -> LoraConfig:
    part = learner.model.get_submodule(learner.part)
    known = {name.rpartition(".")[2] for name, layer in part.named_modules() if isinstance(layer, nn.Linear)}
    known -= learner.unadaptable
    if unknown := sorted(set(config.target_modules) - known):
        raise SettingsError(detail=f"target_modules: {', '.join(unknown)} ∉ {', '.join(sorted(known))}")
    targets: Any = list(config.target_modules)
    if not learner.saved_from:  # names alone would also mean layers of the vision part
        targets = rf"{re.escape(learner.part)}\..*\.({'|'.join(map(re.escape, config.target_modules))})"
    return LoraConfig(
        r=config.rank,
        lora_alpha=config.alpha,  # type: ignore[arg-type]  # a multiplier
        lora_dropout=config.dropout,
        target_modules=targets,
        base_model_name_or_path=learner.name,
    )


def _adapted(learner: Learner) -> nn.Module:
    model: nn.Module = learner.model
    return model.get_submodule(learner.saved_from)


def _beside(model: nn.Module, path: str) -> Iterator[nn.Module]:
    """All parts that are not on the way to a path."""
    for step in path.split("."):
        yield from (part for name, part in model.named_children() if name != step)
        model = model.get_submodule(step)


def _keep_in_eval(part: nn.Module) -> None:
    """Let a frozen part see in training what it sees afterwards, without dropout (as LAVIS trains BLIP-2)."""
    part.eval()
    part.train = MethodType(lambda self, _mode=True: self, part)  # type: ignore[method-assign]
