"""Lets work stop half-way when nobody waits for it any more, across layers that know nothing of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Event

_stop: ContextVar[Event | None] = ContextVar("stop", default=None)


@contextmanager
def stoppable(stop: Event) -> Iterator[None]:
    """Run work in here that should stop once the event is set."""
    token = _stop.set(stop)
    try:
        yield
    finally:
        _stop.reset(token)


def stop_event() -> Event:
    """The event that stops the work at hand; one that nobody sets where it is not stoppable."""
    return _stop.get() or Event()
