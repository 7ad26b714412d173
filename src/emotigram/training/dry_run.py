"""What a run would take: parameters, steps and memory, measured on one batch without learning from it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from emotigram.training.accelerator import new_accelerator
from emotigram.training.progress import LearnedState
from emotigram.training.run_config import RunConfig
from emotigram.training.task import Task

_ADAM_STATES = 2  # mean and square of every gradient, in fp32


@dataclass(frozen=True, slots=True)
class RunSize:
    """Sizes of a run; memory in bytes. ``parts`` are (name, parameters, of them trained)."""

    rows: int
    batches: int  # an epoch
    steps: int  # an epoch: changes of the weights
    parts: tuple[tuple[str, int, int], ...]
    weights: int
    gradients: int
    optimiser: int
    activations: int  # that one step keeps for its gradients, as measured
    checkpoint: int
    precision: str

    @property
    def total(self) -> int:
        """All that a step holds in memory at once."""
        return self.weights + self.gradients + self.optimiser + self.activations


def measure_run(task: Task, config: RunConfig) -> RunSize:
    """Take one batch through the model on the CPU or the GPU it is on, and count."""
    trained = [weights for weights in task.model.parameters() if weights.requires_grad]
    accelerator = new_accelerator(config)
    batches = math.ceil(task.rows / config.batch_size)
    optimiser = _ADAM_STATES * sum(4 * weights.numel() for weights in trained)
    return RunSize(
        rows=task.rows,
        batches=batches,
        steps=math.ceil(batches / config.accumulate),
        parts=tuple(_part(name, part) for name, part in task.model.named_children() if list(part.parameters())),
        weights=sum(_size(each) for each in [*task.model.parameters(), *task.model.buffers()]),
        gradients=sum(map(_size, trained)),
        optimiser=optimiser,
        activations=_kept_for_gradients(task, config) if trained else 0,
        checkpoint=sum(map(_size, LearnedState(task.model).state_dict().values())) + optimiser,
        precision={"no": "fp32"}.get(accelerator.mixed_precision, accelerator.mixed_precision),
    )


def _kept_for_gradients(task: Task, config: RunConfig) -> int:
    """Bytes that autograd keeps of one batch, each memory once, weights left out."""
    own = {each.untyped_storage().data_ptr() for each in [*task.model.parameters(), *task.model.buffers()]}
    kept: dict[int, int] = {}

    def keep(values: Tensor) -> Tensor:
        storage = values.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage.nbytes()
        return values

    accelerator = new_accelerator(config)
    model = task.model.to(accelerator.device)
    rows = task.order(0)[: config.batch_size]
    batch = {name: values.to(accelerator.device) for name, values in task.batch(rows).items()}
    model.train()
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda values: values), accelerator.autocast():
        task.loss(model, batch)
    return sum(kept.values())


def _part(name: str, part: nn.Module) -> tuple[str, int, int]:
    weights = list(part.parameters())
    trained = sum(each.numel() for each in weights if each.requires_grad)
    return name, sum(each.numel() for each in weights), trained


def _size(values: Tensor) -> int:
    return values.numel() * values.element_size()
