"""Rates such as ``120/minute``."""

from __future__ import annotations

from limits import RateLimitItem, parse

from emotigram.errors import RateMalformed


def parse_rate(rate: str) -> RateLimitItem:
    """Return the rate as the library ``limits`` knows it; raises RateMalformed."""
    try:
        return parse(rate)
    except ValueError as error:
        raise RateMalformed(rate=rate) from error
