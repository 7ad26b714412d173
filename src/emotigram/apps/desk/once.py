"""Idempotency keys: a request sent twice is done once (draft-ietf-httpapi-idempotency-key-header)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

from cachetools import TTLCache

from emotigram.apps.desk.steps import Steps
from emotigram.errors import IdempotencyKeyBusy, IdempotencyKeyReused
from emotigram.schemas.answers import KeptAnswer
from emotigram.settings import Settings

Thing = TypeVar("Thing")


@dataclass(slots=True)
class _Turn:
    """The request that came with a key; ``made`` is the id of what came of it, '' until something has."""

    fingerprint: str
    made: str = ""


class Idempotency:
    """Remembers which key led to what, for as long as things are kept."""

    def __init__(self, settings: Settings) -> None:
        self._turns: TTLCache[tuple[str, str], _Turn] = TTLCache(settings.keep_most, settings.keep_minutes * 60)

    def again(
        self, owner: str, key: str | None, print_of_request: str, find: Callable[[str], Thing | None]
    ) -> Thing | None:
        """What the same request made before, by its id; None for a new one, or where it is no longer kept.

        Raises IdempotencyKeyReused or IdempotencyKeyBusy.
        """
        made = self._made(owner, key, print_of_request)
        found = find(made) if made else None
        if made and found is None and key:
            self._turns.pop((owner, key), None)
        return found

    def _made(self, owner: str, key: str | None, print_of_request: str) -> str:
        turn = self._turns.get((owner, key)) if key else None
        if turn is None:
            return ""
        if turn.fingerprint != print_of_request:
            raise IdempotencyKeyReused
        if not turn.made:
            raise IdempotencyKeyBusy
        return turn.made

    async def once(self, owner: str, key: str | None, print_of_request: str, steps: Steps, final: str) -> Steps:
        """Pass on steps and remember the id in the one called ``final``; where none comes, the key is free again."""
        if key is None:
            async for step in _closing(steps):
                yield step
            return
        self._made(owner, key, print_of_request)
        turn = self._turns[owner, key] = _Turn(print_of_request)
        try:
            async for name, data in _closing(steps):
                turn.made = data.id if name == final and isinstance(data, KeptAnswer) else ""
                yield name, data
        finally:
            if not turn.made:
                self._turns.pop((owner, key), None)


def fingerprint(route: str, **values: object) -> str:
    """A hash that two requests share where they ask for the same."""
    return hashlib.sha256(json.dumps([route, values], sort_keys=True, default=str).encode()).hexdigest()


async def _closing(steps: Steps) -> Steps:
    async with aclosing(steps):
        async for step in steps:
            yield step
