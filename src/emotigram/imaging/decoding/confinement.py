"""What a worker gives up: it opens no file, no connection and no process, and neither grows nor computes at will."""

from __future__ import annotations

import os
import sys

if sys.platform != "win32":
    import resource

_MEGABYTE = 1 << 20
_SLACK_MB = 96  # for threads' stacks and what the estimates leave out


class Confinement:
    """Limits of this process. Where the system has none (Windows; memory on macOS), the other side's clock must do."""

    def __init__(self) -> None:
        """Open no descriptor and write no file from now on, as OpenSSH's sandbox-rlimit.c does it; dump no core."""
        self._sizes = os.open("/proc/self/statm", os.O_RDONLY) if sys.platform == "linux" else -1
        if sys.platform == "win32":
            return
        for limit in (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
            resource.setrlimit(limit, (0, 0))

    def allow(self, memory_bytes: int, cpu_s: float) -> None:
        """Let the process grow by so much, and compute so long; beyond, the system refuses memory, or ends it."""
        if sys.platform == "win32":
            return
        used = resource.getrusage(resource.RUSAGE_SELF)
        _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + cpu_s) + 1)
        if self._sizes >= 0:
            pages = int(os.pread(self._sizes, 64, 0).split()[0])
            _limit(resource.RLIMIT_AS, pages * resource.getpagesize() + memory_bytes + _SLACK_MB * _MEGABYTE)


def _limit(kind: int, most: int) -> None:
    if sys.platform != "win32":
        resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))
