"""How much memory decoding may take at a time, all photos together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Budget:
    """Bytes that are lent, to any thread, and come back."""

    def __init__(self) -> None:
        self._lent = 0
        self._changed = Condition()

    def try_take(self, size: int, most: int) -> bool:
        """Take bytes if no more than ``most`` are lent then."""
        with self._changed:
            if self._lent + size > most:
                return False
            self._lent += size
            return True

    def give_back(self, size: int) -> None:
        """Return bytes that were taken."""
        with self._changed:
            self._lent -= size
            self._changed.notify_all()

    @contextmanager
    def lent(self, size: int, most: int) -> Iterator[None]:
        """Wait for bytes, and return them at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._lent + size <= most)
            self._lent += size
        try:
            yield
        finally:
            self.give_back(size)
