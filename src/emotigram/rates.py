"""Rates such as ``120/minute``."""

from __future__ import annotations

from limits import RateLimitItem, parse_many

from emotigram.errors import RateMalformed


def parse_rate(rate: str) -> RateLimitItem:
    """Return the rate as the library ``limits`` knows it; raises RateMalformed."""
    try:
        (parsed,) = parse_many(rate)
    except ValueError as error:  # none, or several
        raise RateMalformed(rate=rate) from error
    if parsed.amount < 1:
        raise RateMalformed(rate=rate)
    return parsed
