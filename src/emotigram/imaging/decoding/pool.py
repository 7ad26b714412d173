"""A few workers for all photos: an ordinary one waits neither for a slow one nor for one that needs much memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition, Event, Thread
from time import monotonic

from emotigram.giving_up import stop_event
from emotigram.imaging.decoding.budget import Budget
from emotigram.imaging.decoding.faults import Fault
from emotigram.imaging.decoding.process import DecoderProcess, Header, Picture

_SLOW_S = 1.0  # an ordinary photo takes a tenth of it
_MOST_SLOW = 2
_PHOTOS_A_PROCESS = 200  # then a new one takes over, whatever memory the old one lost
_ANSWERS_TO_STOP_S = 0.25
# Seconds of computing that a photo may take; a slow computer decodes 3 megapixels of HEIC in one of them.
_LEAST_CPU_S, _CPU_S_A_MEGAPIXEL = 2.0, 0.5


@dataclass(frozen=True, slots=True)
class Limits:
    """What one photo may have: pixels, seconds, and its share of the bytes of memory that all photos have together."""

    pixels: float
    seconds: float
    memory_bytes: int


class MemoryWanted(Exception):
    """Others have the memory now; try again once so many ``needs`` bytes of the budget are taken."""

    def __init__(self, needs: int) -> None:
        super().__init__(needs)
        self.needs = needs


class DecoderPool:
    """Decodes in processes of its own, from any thread; ``places`` is how many ordinary photos at a time."""

    def __init__(self, places: int) -> None:
        self.places = places
        self.most_workers = places + _MOST_SLOW
        self.budget = Budget()
        self._changed = Condition()
        self._idle: list[DecoderProcess] = []
        self._busy: dict[DecoderProcess, bool] = {}  # whether it is slow

    def decode(self, file: bytes, limits: Limits, granted: int = 0) -> Picture:
        """Decode a photo. Raises Fault, MemoryWanted where more than ``granted`` bytes are needed and not to be had.

        OSError: no process can be started.
        """
        with self._worker() as worker, _watched(worker, limits.seconds, lambda: self._make_way(worker)):
            header = worker.look(file, limits.pixels, limits.memory_bytes)
            if header.needs > limits.memory_bytes:
                raise Fault("too_costly")
            more = max(0, header.needs - granted)
            if not self.budget.try_take(more, limits.memory_bytes):
                worker.drop()
                raise MemoryWanted(header.needs)
            try:
                return worker.pixels(header.needs, _cpu_s(header, limits))
            finally:
                self.budget.give_back(more)

    def warm_up(self, processes: int) -> None:
        """Start processes now, so that the first photos do not wait for them. Raises OSError."""
        with self._changed:
            for _ in range(min(processes, self.places) - len(self._idle) - len(self._busy)):
                self._idle.append(DecoderProcess())

    def give_up(self) -> None:
        """Decode no further what is being decoded now: those photos fail."""
        with self._changed:
            for worker in self._busy:
                worker.kill()

    def close(self) -> None:
        """End all processes; photos that are being decoded fail. The next photo starts anew."""
        self.give_up()
        with self._changed:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.close()

    @contextmanager
    def _worker(self) -> Iterator[DecoderProcess]:
        with self._changed:
            self._changed.wait_for(lambda: list(self._busy.values()).count(False) < self.places)
            worker = self._idle.pop() if self._idle else DecoderProcess()
            self._busy[worker] = False
        is_sound = False
        try:
            yield worker
            is_sound = True
        except MemoryWanted:
            is_sound = True
            raise
        except Fault as fault:
            is_sound = fault.kind != "too_costly"
            raise
        finally:
            self._leave(worker, is_sound=is_sound)

    def _leave(self, worker: DecoderProcess, *, is_sound: bool) -> None:
        with self._changed:
            is_slow = self._busy.pop(worker)
            is_kept = is_sound and not is_slow and worker.photos < _PHOTOS_A_PROCESS and len(self._idle) < self.places
            if is_kept:
                self._idle.append(worker)
            self._changed.notify_all()
        if not is_kept:
            worker.close()

    def _make_way(self, worker: DecoderProcess) -> None:
        """Let the next photo begin beside a slow one."""
        with self._changed:
            if list(self._busy.values()).count(True) < _MOST_SLOW and worker in self._busy:
                self._busy[worker] = True
                worker.slow_down()
                self._changed.notify_all()


@contextmanager
def _watched(worker: DecoderProcess, seconds: float, on_slow: Callable[[], None]) -> Iterator[None]:
    """Kill a worker that takes longer, or that nobody waits for any more."""
    is_done, has_left, ends_at = Event(), stop_event(), monotonic() + seconds

    def watch() -> None:
        if is_done.wait(min(_SLOW_S, seconds)):
            return
        on_slow()
        while not is_done.wait(_ANSWERS_TO_STOP_S):
            if has_left.is_set() or monotonic() > ends_at:
                worker.kill()
                return

    watcher = Thread(target=watch, name="emotigram-decoding", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        is_done.set()
        watcher.join()


def _cpu_s(header: Header, limits: Limits) -> float:
    return min(limits.seconds, _LEAST_CPU_S + _CPU_S_A_MEGAPIXEL * header.megapixels)
