"""How many examples a property is tried on: few by default, many with ``--hypothesis-profile nightly``."""

from __future__ import annotations

from hypothesis import settings

_FEWEST = 5


def tried(times: float) -> settings:
    """So many times the examples that the profile says: more for what is cheap and matters, fewer for what is dear."""
    return settings(max_examples=max(_FEWEST, round(settings.default.max_examples * times)))
