"""For authors of engines and for our own tests: what every engine promises, as tests; servers that play chat and hub.

Needs pytest; nothing else of the package imports it. docs/extending.md shows how it is used.
"""

from __future__ import annotations

import pytest

_HOLD_ASSERTIONS = ("captioners", "sentiment", "writers")
pytest.register_assert_rewrite(*(f"{__name__}.{module}" for module in _HOLD_ASSERTIONS))
