"""Work that is told step by step."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeAlias

from pydantic import BaseModel

Step: TypeAlias = tuple[str, BaseModel]  # an event's name and data
Steps: TypeAlias = AsyncGenerator[Step, None]


async def last(steps: Steps) -> BaseModel:
    """The data of the last step; there is one at least."""
    async with aclosing(steps):
        async for _, data in steps:  # noqa: B007  # the last one is what is wanted
            pass
        return data
