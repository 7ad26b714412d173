"""How many connections the system lets this process have: each is an open file."""

from __future__ import annotations

import os

_OTHERS = 200  # libraries, models, worker processes, requests to providers


def room_for_connections(wanted: int) -> int:
    """Raise this process's own limit of open files (often 1,024, or 256) as far as need be and it may.

    Returns how many connections there is room for, at most ``wanted``: where a server runs out of open files, it can
    take no new connection to put in an idle one's place. Windows has no such limit.
    """
    if os.name != "posix":
        return wanted
    import resource  # noqa: PLC0415  # not on Windows

    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + _OTHERS
    if now != resource.RLIM_INFINITY and now < needed:
        now = needed if most == resource.RLIM_INFINITY else min(needed, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (now, most))
    return wanted if now == resource.RLIM_INFINITY else max(1, min(wanted, now - _OTHERS))
