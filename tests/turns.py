"""A few of all combinations: what a test that asks a server tries by default, where nightly it tries them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import cycle, islice
from typing import Any

Combined = Callable[..., Iterator[tuple[Any, ...]]]  # in_turn, or itertools.product


def in_turn(*choices: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """Every choice at least once, each beside other choices in turn, as many combinations as the longest has."""
    listed = [list(each) for each in choices]
    return islice(zip(*map(cycle, listed), strict=True), max(map(len, listed)))
