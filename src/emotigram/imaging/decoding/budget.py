"""How much memory decoding may take at a time, all photos together."""

from __future__ import annotations

from threading import Condition


class Budget:
    """Bytes that are lent, by any thread, and come back."""

    def __init__(self) -> None:
        self._lent = 0
        self._changed = Condition()

    def try_take(self, size: int, most: int) -> bool:
        """Take bytes if no more than ``most`` are lent then."""
        with self._changed:
            return self._take(size, most)

    def take(self, size: int, most: int, seconds: float) -> bool:
        """Wait at most so long for bytes; whether they were had."""
        with self._changed:
            return self._changed.wait_for(lambda: self._take(size, most), seconds)

    def give_back(self, size: int) -> None:
        """Return bytes that were taken."""
        with self._changed:
            self._lent -= size
            self._changed.notify_all()

    def _take(self, size: int, most: int) -> bool:
        if self._lent + size > most:
            return False
        self._lent += size
        return True
