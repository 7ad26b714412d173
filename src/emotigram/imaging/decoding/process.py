"""A worker as this side sees it: started, asked, and killed where it takes too long."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from emotigram.imaging.decoding.faults import Fault
from emotigram.imaging.decoding.picture import KEPT_SIDE_PX, LONGEST_SIDE_PX

_LONGEST_LINE = 4096
_PIPE_BYTES = 1 << 20  # where the system allows: fewer turns for the megabytes of a picture
_SLOWER = 5  # niceness of a photo that takes long: others come first, yet it gets on
# Modules are found where this process finds them; nothing else is handed on, least of all its environment with keys.
# What ends a whole group of processes is for this side, which may finish what it accepted.
_START = (
    "import signal; [signal.signal(each, signal.SIG_IGN) for each in (signal.SIGINT, signal.SIGTERM)];"
    "import sys; sys.path[:] = sys.argv[1:]; from emotigram.imaging.decoding.worker import main; main()"
)
_ENVIRONMENT = {
    **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MALLOC_ARENA_MAX"), "1"),
    # glibc gives large blocks back to the system only below a threshold that it raises by itself, unless it is set.
    **dict.fromkeys(("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"), str(1 << 20)),
}
_NEEDED_TO_START = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "OPENBLAS_CORETYPE")


_Answer = TypeVar("_Answer")


class Header(NamedTuple):
    """What a photo's header says: bytes of memory that decoding takes at most, and its megapixels."""

    needs: int
    megapixels: float


class DecodedPicture(NamedTuple):
    """A decoded photo: its size, its size in the file, both upright, when it was taken, and its RGB pixels by rows."""

    size: tuple[int, int]
    original: tuple[int, int]
    taken_at: datetime | None
    rgb: bytes


class DecoderProcess:
    """One process that decodes one photo after another. Raises OSError where none can be started."""

    def __init__(self) -> None:
        root = str(Path(__file__).resolve().parents[3])
        known = {name: os.environ[name] for name in _NEEDED_TO_START if name in os.environ}
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-S", "-c", _START, root, *filter(os.path.isabs, sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pipesize=_PIPE_BYTES,
            start_new_session=True,
            stderr=subprocess.DEVNULL,  # decoders complain there; the typed error says enough
            env={**known, **_ENVIRONMENT},
        )
        self._is_ready = self._was_killed = False
        self.photos = 0
        self.needs = 0  # bytes, of the photo it looked at last

    @property
    def is_alive(self) -> bool:
        """Whether it still runs; one that was idle may have been ended by the system."""
        return self._process.poll() is None

    def look(self, file: bytes, most_pixels: float, memory_bytes: int) -> Header:
        """Read the photo's header. Raises Fault, and OSError where the process never began."""
        if not self._is_ready and not self._hear_line():
            if self._was_killed:
                raise Fault("too_costly")
            raise OSError("the process that decodes photos ended as it began")
        self._is_ready = True
        self.photos, self.needs = self.photos + 1, 0
        self._send({"file_bytes": len(file), "most_pixels": most_pixels, "memory_bytes": memory_bytes}, file)
        header = self._answer(_header)
        self.needs = header.needs
        return header

    def pixels(self, memory_bytes: int, cpu_s: float) -> DecodedPicture:
        """Decode the photo looked at. Raises Fault."""
        self._send({"memory_bytes": memory_bytes, "cpu_s": cpu_s})
        return self._answer(self._picture)

    def drop(self) -> None:
        """Forget the photo looked at."""
        self._send({})

    def slow_down(self) -> None:
        """Leave the processor to others."""
        if hasattr(os, "setpriority") and self._process.poll() is None:
            os.setpriority(os.PRIO_PROCESS, self._process.pid, _SLOWER)

    def kill(self) -> None:
        """End it at once, whatever it does; any thread may."""
        self._was_killed = True
        self._process.kill()

    def close(self) -> None:
        """End it and let go of all it held."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                try:
                    pipe.close()
                except OSError:  # what it was not sent any more
                    continue

    def _send(self, said: dict[str, float], file: bytes = b"") -> None:
        try:
            assert self._process.stdin
            self._process.stdin.write(json.dumps(said).encode() + b"\n")
            self._process.stdin.write(file)
            self._process.stdin.flush()
        except OSError as error:  # it was killed
            raise Fault("too_costly") from error

    def _answer(self, read: Callable[[dict[str, Any]], _Answer]) -> _Answer:
        """What it says, in its expected form; a worker that a photo has taken over may say anything."""
        line = self._hear_line()
        if not line:  # it was killed, by us or by the limits it has
            raise Fault("too_costly")
        try:
            said = json.loads(line)
            if said.get("fault") in Fault.KINDS:
                raise Fault(said["fault"], **{str(name): int(value) for name, value in said["values"].items()})
            return read(said)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise Fault("too_costly") from error

    def _hear_line(self) -> bytes:
        assert self._process.stdout
        return self._process.stdout.readline(_LONGEST_LINE)

    def _picture(self, said: dict[str, Any]) -> DecodedPicture:
        size, original = _pair(said["size"], KEPT_SIDE_PX), _pair(said["original"], LONGEST_SIDE_PX)
        assert self._process.stdout
        return DecodedPicture(size, original, _time(said["taken"]), self._process.stdout.read(3 * size[0] * size[1]))


def _header(said: dict[str, Any]) -> Header:
    return Header(int(said["needs"]), float(said["megapixels"]))


def _time(said: object) -> datetime | None:
    """When a camera says that it took a photo; None for what is no time."""
    for form in ("%Y:%m:%d %H:%M:%S%z", "%Y:%m:%d %H:%M:%S"):
        with suppress(ValueError):
            return datetime.strptime(str(said), form)  # most cameras do not know their zone
    return None


def _pair(said: list[Any], most: int) -> tuple[int, int]:
    width, height = int(said[0]), int(said[1])
    if not (0 < width <= most and 0 < height <= most):
        raise ValueError(said)
    return width, height
