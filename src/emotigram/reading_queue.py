"""A bounded queue before the models: what waits is read in batches by one thread; what nobody waits for is dropped."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from emotigram.domain import Captions, Photo, Reading
from emotigram.errors import ChatError, ChatRejected, EmotiGramError
from emotigram.imaging.batches import in_batches
from emotigram.studio import Studio

OnCaptions = Callable[[Captions], None]


@dataclass(eq=False, slots=True)
class _Job:
    photo: Photo
    text: str
    on_captions: OnCaptions
    answer: Future[Reading] = field(default_factory=Future)


class ReadingQueue:
    """Reads photos one batch at a time, each batch as large as what waits and memory allow."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._waiting: deque[_Job] = deque()
        self._changed = threading.Condition()
        self._is_closed = False
        self.photos_read = self.batches_read = 0  # since the start
        self._thread = threading.Thread(target=self._work, name="emotigram-reading", daemon=True)
        self._thread.start()

    def submit(self, photo: Photo, text: str, on_captions: OnCaptions) -> Future[Reading]:
        """Queue a photo; cancelling the answer takes it out again. ``on_captions`` is called in the queue's thread."""
        job = _Job(photo, text, on_captions)
        with self._changed:
            if self._is_closed:
                raise RuntimeError("the queue is closed")
            self._waiting.append(job)
            self._changed.notify()
        return job.answer

    def close(self) -> None:
        """Read what still waits, then end the thread."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join()

    def _work(self) -> None:
        while batch := self._next_batch():
            self._read(batch)
            del batch  # while the thread waits, nobody's photo should

    def _next_batch(self) -> list[_Job]:
        """The jobs to read now; none once the queue is closed and empty."""
        with self._changed:
            while True:
                self._changed.wait_for(lambda: self._waiting or self._is_closed)
                photos = next(in_batches(job.photo for job in self._waiting), [])
                jobs = [self._waiting.popleft() for _ in photos]
                wanted = [job for job in jobs if job.answer.set_running_or_notify_cancel()]
                if wanted or not jobs:
                    return wanted

    def _read(self, jobs: Sequence[_Job]) -> None:
        try:
            readings = self._studio.read_many(
                [job.photo for job in jobs],
                [job.text for job in jobs],
                lambda captions: _tell(jobs, captions),
            )
        except Exception as error:  # noqa: BLE001  # it belongs to whoever waits; the thread must go on
            if len(jobs) > 1 and _is_of_one_photo(error):
                for job in jobs:
                    self._read([job])
                return
            for job in jobs:
                job.answer.set_exception(error)
        else:
            self.photos_read, self.batches_read = self.photos_read + len(jobs), self.batches_read + 1
            for job, reading in zip(jobs, readings, strict=True):
                job.answer.set_result(reading)


def _is_of_one_photo(error: Exception) -> bool:
    """Whether the others may be read all the same; a provider that is down, or refuses the key, would do so again."""
    if isinstance(error, ChatError):
        return isinstance(error, ChatRejected)
    return isinstance(error, EmotiGramError)


def _tell(jobs: Sequence[_Job], captions: Sequence[Captions]) -> None:
    for job, said in zip(jobs, captions, strict=True):
        job.on_captions(said)
