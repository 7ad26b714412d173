"""How many events may wait or be unread, for a session and for a client; what nobody reads is dropped."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from emotigram.errors import QueueFull

MOST_OF_A_SESSION, MOST_OF_A_CLIENT = 16, 32
MOST_WAITING = 512  # of all together, see Gradio's Blocks.queue
_UNREAD_S = 30  # a page asks for what its event brings at once; Gradio drops it, too, where that connection ends


@dataclass
class _Asker:
    client: str
    at: float


class Backlog:
    """Looks after Gradio's queue, which keeps every answer until it is read, for as many sessions as ask."""

    def __init__(self, queue: Any, holds: Callable[[str], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._queue, self._holds, self._clock = queue, holds, clock
        self._askers: dict[str, _Asker] = {}
        self._readers: Counter[str] = Counter()

    def knows(self, session: str) -> bool:
        """Whether anything may come for a session."""
        return session in self._queue.pending_messages_per_session

    @asynccontextmanager
    async def asking(self, session: str, client: str) -> AsyncIterator[None]:
        """While another event of a session is handed to the queue; raises QueueFull."""
        await self._make_room(session, client)
        try:
            yield
        finally:
            if self._undelivered(session):
                self._askers.pop(session, None)  # so that the longest unheard of stands first
                self._askers[session] = _Asker(client, self._clock())

    @asynccontextmanager
    async def reading(self, session: str) -> AsyncIterator[None]:
        """While somebody reads what comes for a session."""
        self._readers[session] += 1
        try:
            yield
        finally:
            self._readers[session] -= 1
            if not self._readers[session]:
                del self._readers[session]
                if not self._undelivered(session):
                    self._forget(session)
                elif session in self._askers:
                    self._askers[session].at = self._clock()

    async def _make_room(self, session: str, client: str) -> None:
        await self._drop_abandoned()
        while self._of_client(client) >= MOST_OF_A_CLIENT:
            unread = self._unread_of(client, session)
            if not unread:
                raise QueueFull(limit=MOST_OF_A_CLIENT)
            await self._drop(unread)
        if self._undelivered(session) >= MOST_OF_A_SESSION:
            raise QueueFull(limit=MOST_OF_A_SESSION)

    async def _drop_abandoned(self) -> None:
        before = self._clock() - _UNREAD_S
        for session in [each for each, asker in self._askers.items() if asker.at < before]:
            if session not in self._readers:
                await self._drop(session)

    def _unread_of(self, client: str, asking: str) -> str:
        """The client's session longest without a reader that holds no photo, '' where there is none."""
        unread = (each for each, asker in self._askers.items() if asker.client == client and each != asking)
        return next((each for each in unread if each not in self._readers and not self._holds(each)), "")

    def _of_client(self, client: str) -> int:
        return sum(self._undelivered(each) for each, asker in self._askers.items() if asker.client == client)

    def _undelivered(self, session: str) -> int:
        return len(self._queue.pending_event_ids_session.get(session, ()))

    async def _drop(self, session: str) -> None:
        await self._queue.clean_events(session_hash=session)
        self._forget(session)

    def _forget(self, session: str) -> None:
        self._queue.pending_event_ids_session.pop(session, None)
        self._queue.pending_messages_per_session.pop(session, None)
        self._askers.pop(session, None)
