"""A few workers for all photos: an ordinary one waits neither for a slow one nor for one that needs much memory."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition, Event, Thread
from time import monotonic

from emotigram.giving_up import stop_event
from emotigram.imaging.decoding.budget import Budget, limit_of
from emotigram.imaging.decoding.faults import Fault
from emotigram.imaging.decoding.process import DecodedPicture, DecoderProcess, Header

_SLOW_S = 0.5  # an ordinary photo takes a fifth of it
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


@dataclass(frozen=True, slots=True)
class Lease:
    """What a photo holds that others may have to wait for: bytes of the budget, and a place for slow ones."""

    memory: int = 0
    is_slow: bool = False


class LeaseWanted(Exception):
    """Others have it now; try again once ``try_lease`` has given it."""

    def __init__(self, lease: Lease) -> None:
        super().__init__(lease)
        self.lease = lease


class DecoderPool:
    """Decodes in processes of its own, from any thread; ``places`` is how many ordinary photos at a time."""

    def __init__(self, places: int) -> None:
        self.places = places
        self.most_workers = places + _MOST_SLOW
        self._budget = Budget()
        self._changed = Condition()
        self._idle: list[DecoderProcess] = []
        self._busy: dict[DecoderProcess, bool] = {}  # whether it takes an ordinary place
        self._waiting: deque[object] = deque()  # whoever came first is served first
        self._slow_taken = 0
        self._owner = os.getpid()

    def decode(self, file: bytes, limits: Limits, held: Lease) -> DecodedPicture:
        """Decode a photo. Raises Fault, LeaseWanted where it would have to wait for more than is ``held``.

        OSError: no process can be started.
        """
        watch = _Watch(self, limits.seconds, held.is_slow)
        with self._worker(is_slow=held.is_slow) as worker, watch.over(worker):
            try:
                return self._decoded(worker, file, limits, held)
            except Fault as fault:
                if watch.wants_slow_place:
                    raise LeaseWanted(Lease(worker.needs, is_slow=True)) from fault
                raise

    def try_lease(self, lease: Lease, limits: Limits) -> bool:
        """Take what a photo wants, if it is to be had."""
        if not self._budget.try_take(lease.memory, limits.memory_bytes):
            return False
        if lease.is_slow and not self.try_slow_place():
            self._budget.give_back(lease.memory)
            return False
        return True

    def give_back(self, lease: Lease) -> None:
        """Return what a photo had."""
        self._budget.give_back(lease.memory)
        if lease.is_slow:
            self.leave_slow_place()

    def try_slow_place(self) -> bool:
        """Take one of the places for slow photos, if one is free."""
        with self._changed:
            if self._slow_taken >= _MOST_SLOW:
                return False
            self._slow_taken += 1
            return True

    def leave_slow_place(self) -> None:
        """Free one of the places for slow photos."""
        with self._changed:
            self._slow_taken -= 1

    def leave_ordinary_place(self, worker: DecoderProcess) -> None:
        """Let the next photo begin beside a slow one, which has a place of its own."""
        with self._changed:
            if worker in self._busy:
                self._busy[worker] = False
                self._changed.notify_all()
        worker.slow_down()

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
        if os.getpid() != self._owner:  # a fork of whoever started them
            return
        self.give_up()
        with self._changed:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.close()

    def _decoded(self, worker: DecoderProcess, file: bytes, limits: Limits, held: Lease) -> DecodedPicture:
        header = worker.look(file, limits.pixels, limits.memory_bytes)
        if header.needs > limit_of(header.needs, limits.memory_bytes):
            raise Fault("too_costly")
        more = max(0, header.needs - held.memory)
        if not self._budget.try_take(more, limits.memory_bytes):
            worker.drop()
            raise LeaseWanted(Lease(header.needs, held.is_slow))
        try:
            return worker.pixels(header.needs, _cpu_s(header, limits))
        finally:
            self._budget.give_back(more)

    @contextmanager
    def _worker(self, *, is_slow: bool) -> Iterator[DecoderProcess]:
        worker = self._taken(is_slow=is_slow)
        is_sound = False
        try:
            yield worker
            is_sound = True
        except LeaseWanted as wanted:
            is_sound = not wanted.lease.is_slow
            raise
        except Fault as fault:
            is_sound = fault.kind != "too_costly"
            raise
        finally:
            self._leave(worker, is_sound=is_sound and not is_slow)

    def _taken(self, *, is_slow: bool) -> DecoderProcess:
        with self._changed:
            if not is_slow:
                self._wait_for_place()
            worker = self._idle.pop() if self._idle else DecoderProcess()
            while not worker.is_alive:
                worker.close()
                worker = self._idle.pop() if self._idle else DecoderProcess()
            self._busy[worker] = not is_slow
        if is_slow:
            worker.slow_down()
        return worker

    def _wait_for_place(self) -> None:
        has_left, turn = stop_event(), object()
        self._waiting.append(turn)
        try:
            while self._waiting[0] is not turn or sum(self._busy.values()) >= self.places:
                if has_left.is_set():
                    raise Fault("too_costly")
                self._changed.wait(_ANSWERS_TO_STOP_S)
        finally:
            self._waiting.remove(turn)
            self._changed.notify_all()

    def _leave(self, worker: DecoderProcess, *, is_sound: bool) -> None:
        with self._changed:
            is_ordinary = self._busy.pop(worker)
            is_kept = is_sound and is_ordinary and worker.photos < _PHOTOS_A_PROCESS and len(self._idle) < self.places
            if is_kept:
                self._idle.append(worker)
            self._changed.notify_all()
        if not is_kept:
            worker.close()


class _Watch:
    """Moves a photo that is slow aside, or makes it wait for such a place; kills one that takes too long."""

    def __init__(self, pool: DecoderPool, seconds: float, is_slow: bool) -> None:
        self._pool, self._seconds, self._is_slow = pool, seconds, is_slow
        self._has_left, self._is_done = stop_event(), Event()
        self._has_place = self.wants_slow_place = False

    @contextmanager
    def over(self, worker: DecoderProcess) -> Iterator[None]:
        """Watch a worker until it has answered or its time is up."""
        watcher = Thread(target=self._watch, args=(worker,), name="emotigram-decoding", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            self._is_done.set()
            watcher.join()
            if self._has_place:
                self._pool.leave_slow_place()

    def _watch(self, worker: DecoderProcess) -> None:
        ends_at = monotonic() + self._seconds
        if self._is_done.wait(min(_SLOW_S, self._seconds)):
            return
        if not self._is_slow and monotonic() < ends_at and not self._move_aside(worker):
            return
        while not self._is_done.wait(_ANSWERS_TO_STOP_S):
            if self._has_left.is_set() or monotonic() > ends_at:
                worker.kill()
                return

    def _move_aside(self, worker: DecoderProcess) -> bool:
        """Whether it may go on; else it is ended, and begins again once there is a place for slow ones."""
        self._has_place = self._pool.try_slow_place()
        if self._has_place:
            self._pool.leave_ordinary_place(worker)
        else:
            self.wants_slow_place = True
            worker.kill()
        return self._has_place


def _cpu_s(header: Header, limits: Limits) -> float:
    return min(limits.seconds, _LEAST_CPU_S + _CPU_S_A_MEGAPIXEL * header.megapixels)
