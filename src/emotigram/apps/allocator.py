"""The C library's memory allocator, told to give back what a large photo took."""

from __future__ import annotations

import ctypes
import sys

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h of glibc
_LARGE_BYTES = (
    8 << 20
)  # the models' own buffers are smaller: getting those anew each time costs a fifth of all readings


def return_large_blocks() -> None:
    """Have blocks of 4 MiB and more go back to the system as soon as they are free, for the whole process.

    glibc does so above a threshold that it raises, to 32 MB, with each such block it sees freed: a server would then
    hold for ever what a few large photos took. Other C libraries have no such call, and need none.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _LARGE_BYTES)
