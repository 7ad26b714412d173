"""The devices that a run computes on, and the numbers that it computes in."""

from __future__ import annotations

import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from accelerate.utils import DataLoaderConfiguration, DistributedDataParallelKwargs

from emotigram.training.run_config import RunConfig

_PRECISIONS = {"fp32": "no", "bf16": "bf16", "fp16": "fp16"}


def new_accelerator(config: RunConfig) -> Accelerator:
    """accelerate's Accelerator with the device, the precision and the accumulation that a config asks for."""
    use_cpu = config.device == "cpu" or not torch.accelerator.is_available()
    has_bf16 = not use_cpu and torch.cuda.is_available() and torch.cuda.is_bf16_supported(including_emulation=False)
    chosen = ("bf16" if has_bf16 else "fp32") if config.precision == "auto" else config.precision
    AcceleratorState._reset_state()  # else a process's first run would say which numbers the later ones compute in
    return Accelerator(
        cpu=use_cpu,
        mixed_precision=_PRECISIONS[chosen],
        gradient_accumulation_steps=config.accumulate,
        dataloader_config=DataLoaderConfiguration(split_batches=True),  # a step's rows are shared, not multiplied
        # several strategies leave weights of a side without a gradient
        kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)],
    )
