"""How much memory decoding may take at a time, all photos together."""

from __future__ import annotations

from threading import Lock

_SMALL_SHARE = (
    0.2  # of all memory is for photos that need no more than three quarters of that: large ones never take it
)
_OF_SMALL = 0.75


class Budget:
    """Bytes that are lent, to any thread, and come back."""

    def __init__(self) -> None:
        self._lent = 0
        self._lock = Lock()

    def try_take(self, size: int, most: int) -> bool:
        """Take bytes if no more than ``most`` are lent then, or the share of it that large photos have."""
        with self._lock:
            if self._lent + size > limit_of(size, most):
                return False
            self._lent += size
            return True

    def give_back(self, size: int) -> None:
        """Return bytes that were taken."""
        with self._lock:
            self._lent -= size


def limit_of(size: int, most: int) -> int:
    """What may be lent at a time once a photo has taken so many bytes; the most that a single one may take, too."""
    reserved = most * _SMALL_SHARE
    return most if size <= reserved * _OF_SMALL else round(most - reserved)
