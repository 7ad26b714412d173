"""Work that is told step by step."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeAlias

Step: TypeAlias = tuple[str, dict[str, object]]  # an event's name and data
Steps: TypeAlias = AsyncGenerator[Step, None]


async def last(steps: Steps) -> dict[str, object]:
    """The data of the last step."""
    async with aclosing(steps):
        data: dict[str, object] = {}
        async for _, data in steps:  # noqa: B007  # the last one is what is wanted
            pass
        return data
