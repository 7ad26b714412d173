"""Batches as large as a device's memory allows."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from typing import TypeVar

import torch

from emotigram.errors import OutOfMemory

Item = TypeVar("Item")
Result = TypeVar("Result")

# what allocators without an exception of their own say: PyTorch's on CPU and Apple GPUs, and cuBLAS
_OUT_OF_MEMORY = ("DefaultCPUAllocator", "MPS backend out of memory", "CUBLAS_STATUS_ALLOC_FAILED")


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
        if not is_out_of_memory(error):
            raise
        return None


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception of torch or of Python says that memory ran out."""
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or any(sign in str(error) for sign in _OUT_OF_MEMORY)


def _free_memory() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()
