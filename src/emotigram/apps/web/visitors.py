"""Whose photos and posts the page keeps: a session counts once it holds something, and those in use stay."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import gradio as gr
from gradio.state_holder import StateHolder

from emotigram.apps.web.session import Session

MOST_VISITORS, MOST_OF_A_CLIENT = 100, 20
_PASSERS_BY = 200  # sessions that hold nothing; Gradio needs about 90 kB and some milliseconds for each
_KEPT_BYTES = 500_000_000  # of all photos together
_IDLE_S = 30 * 60  # after the last event, with the page open or not
_LEFT_S = 60  # after the page was closed, or a phone lost its connection


@dataclass
class Seen:
    """When a session was last heard of, and from which address; ``left_at`` is 0 while its page is open."""

    client: str
    used_at: float
    left_at: float = 0.0


class Visitors(StateHolder):  # type: ignore[misc]  # Gradio has no types
    """Gradio's sessions, in place of its own holder, which forgets the oldest whatever it holds."""

    def __init__(self, state: gr.State, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._state, self._clock = state, clock
        self._seen: dict[str, Seen] = {}
        self._open: Counter[str] = Counter()

    def update(self, session_id: str) -> None:
        """Move a session to the end; of those that hold nothing, the oldest go."""
        with self.lock:
            self.session_data.move_to_end(session_id)
            empty = [each for each in self.session_data if not self.holds(each)]
            for each in empty[: max(0, len(empty) - _PASSERS_BY)]:
                self._forget(each)

    def heard(self, session_id: str, client: str) -> None:
        """An event of a session came from an address."""
        self[session_id]
        self._seen[session_id] = Seen(client, self._clock())

    def opened(self, session_id: str) -> None:
        """The page of a session is open."""
        self._open[session_id] += 1

    def closed(self, session_id: str) -> None:
        """The page of a session is no longer open."""
        self._open[session_id] -= 1
        if self._open[session_id] <= 0:
            del self._open[session_id]
            if session_id in self._seen:
                self._seen[session_id].left_at = self._clock()

    def holds(self, session_id: str) -> bool:
        """Whether a session has photos or posts."""
        session = self._session(session_id)
        return session is not None and session.holds_something

    def admits(self, session: Session, size: int) -> bool:
        """Whether there is room for a photo of that many bytes; idle sessions make room, those in use never."""
        own = next((each for each in self.session_data if self._session(each) is session), "")
        client = self._seen[own].client if own in self._seen else ""
        if not session.holds_something:
            fellows = [each for each in self._holding() if each in self._seen and self._seen[each].client == client]
            if not self._shrunk(fellows, MOST_OF_A_CLIENT) or not self._shrunk([*self._holding()], MOST_VISITORS):
                return False
        while self._bytes() + size > _KEPT_BYTES:
            idle = self._idle([each for each in self._holding() if each != own])
            if not idle:
                return False
            self._evict(idle)
        return True

    def _shrunk(self, sessions: list[str], most: int) -> bool:
        """Whether one more of these has room, after an idle one went where needed."""
        if len(sessions) < most:
            return True
        idle = self._idle(sessions)
        if idle:
            self._evict(idle)
        return bool(idle)

    def _idle(self, sessions: list[str]) -> str:
        """The one that was longest not used, '' where all are in use."""
        now = self._clock()

        def is_idle(seen: Seen) -> bool:
            return now - seen.used_at > _IDLE_S or 0 < seen.left_at < now - _LEFT_S

        idle = [each for each in sessions if each not in self._seen or is_idle(self._seen[each])]
        return min(idle, key=lambda each: self._seen[each].used_at if each in self._seen else 0.0, default="")

    def _holding(self) -> Iterator[str]:
        return (each for each in [*self.session_data] if self.holds(each))

    def _bytes(self) -> int:
        sessions = (self._session(each) for each in self._holding())
        return sum(session.kept_bytes for session in sessions if session)

    def _session(self, session_id: str) -> Session | None:
        state = self.session_data.get(session_id)
        session: Session | None = state.state_data.get(self._state._id) if state else None
        return session

    def _evict(self, session_id: str) -> None:
        session = self._session(session_id)
        if session:
            session.stop()
        self._forget(session_id)

    def _forget(self, session_id: str) -> None:
        for kept in (self.session_data, self.time_last_used, self._seen):
            kept.pop(session_id, None)
