"""What every training run can be told, from a TOML file and flags."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from emotigram.errors import SettingsError


class RunConfig(BaseModel):
    """How a run learns; unknown names are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    epochs: int = Field(10, ge=1, description="Most passes over the training rows.")
    batch_size: int = Field(32, ge=1, description="Rows of one step, over all processes together.")
    accumulate: int = Field(1, ge=1, description="Steps whose gradients are added up before the weights change.")
    learning_rate: float = Field(1e-3, gt=0, description="Highest rate, after the warm-up.")
    weight_decay: float = Field(0.01, ge=0, description="Decoupled decay of the weights (AdamW).")
    warmup: float = Field(0.1, ge=0, lt=1, description="Share of all steps in which the rate rises.")
    clip: float = Field(1.0, gt=0, description="Longest gradient.")
    precision: Literal["auto", "fp32", "bf16", "fp16"] = Field(
        "auto", description="Mixed precision: auto is bf16 on a GPU that has it, else fp32."
    )
    gradient_checkpointing: bool = Field(False, description="Compute activations again instead of keeping them.")
    patience: int = Field(5, ge=1, description="Epochs without a better validation score before it stops.")
    save_steps: int = Field(0, ge=0, description="Changes of the weights between checkpoints; 0: one an epoch.")
    seed: int = Field(0, ge=0, description="Of the weights, the order of rows and dropout.")
    device: Literal["auto", "cpu"] = Field("auto", description="cpu keeps away from a GPU.")


Config = TypeVar("Config", bound=RunConfig)


def load_config(kind: type[Config], path: Path | None, assigned: Sequence[str] = (), **flags: object) -> Config:
    """Read a TOML file, if one is given; ``name=value`` assignments and flags that are not None win.

    Raises SettingsError.
    """
    try:
        values = tomllib.loads(path.read_text("utf-8")) if path else {}
        values |= dict(map(_assigned, assigned))
        return kind.model_validate(values | {name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise SettingsError(detail=faults) from error
    except (OSError, ValueError) as error:
        raise SettingsError(detail=f"{path}: {error}") from error


def _assigned(assignment: str) -> tuple[str, Any]:
    """Name and value of ``name=value``, the value as TOML or else as text."""
    name, sign, value = assignment.partition("=")
    if not sign:
        raise SettingsError(detail=f"{assignment}: name=value is needed")
    try:
        return name.strip(), tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return name.strip(), value.strip()
