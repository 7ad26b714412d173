"""Parts that are installed by an extra only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from emotigram.errors import ExtraMissing


@contextmanager
def extra_needed(extra: str) -> Iterator[None]:
    """Import an optional part in here; raises ExtraMissing where a package of the extra is not installed."""
    try:
        yield
    except ImportError as error:
        raise ExtraMissing(extra=extra, package=(error.name or str(error)).partition(".")[0]) from error
