"""Coroutines in a thread of their own: Playwright leaves an event loop running in the main one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Answer = TypeVar("Answer")


def apart(call: Callable[..., Answer], *arguments: object) -> Answer:
    """Return what a call comes to that starts an event loop itself."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(call, *arguments).result()


def run(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Return what a coroutine comes to."""
    return apart(asyncio.run, work)
