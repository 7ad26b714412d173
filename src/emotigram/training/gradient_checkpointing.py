"""Gradient checkpointing of transformers' models: activations are computed again instead of kept."""

from __future__ import annotations

from typing import Any

from emotigram.errors import SettingsError


def checkpoint_activations(model: Any, name: str) -> None:
    """Let a model compute activations again instead of keeping them (Chen et al. 2016, arXiv:1604.06174).

    Raises SettingsError where the model cannot.
    """
    if not model.supports_gradient_checkpointing:
        raise SettingsError(detail=f"gradient_checkpointing: {name}")
    # transformers' newer name, or that before; the reentrant kind would need inputs with gradients
    enable = getattr(model, "activation_checkpointing_enable", None) or model.gradient_checkpointing_enable
    enable({"use_reentrant": False})
