"""What an engine says of itself before it is opened: what it does, what it needs, what it costs, when it is chosen."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from emotigram.domain import Note
from emotigram.errors import EmotiGramError, ExtraMissing
from emotigram.settings import Settings

Role = Literal["captioner", "sentiment", "writer"]


def _nothing(_: Settings) -> None:
    """For an engine that needs nothing but the package."""


def _no(_: Settings) -> bool:
    """For an engine that is used only where it is named."""
    return False


@dataclass(frozen=True, slots=True)
class Engine:
    """One engine; the module that holds it imports nothing heavy and opens no weights until ``build`` is called.

    ``names`` say what it does, in ``en`` and ``zh``. ``build`` opens it for settings. ``missing`` returns the error
    that says what it lacks here, an extra, weights or a key, None where it can be opened; it fetches and opens nothing.

    Of the engines that ``suits`` settings where nobody names one, ``auto`` takes the one with the highest ``rank``; a
    note instead of True passes it over and tells the user why. ``sends_photos``: it may hand photos to another
    computer. ``memory_gb`` (10^9 bytes) and ``cpu_s`` (seconds a photo or post on a CPU) are measured, None where
    nobody has: docs/benchmarks.md.
    """

    names: Mapping[str, str]
    build: Callable[[Settings], Any]
    missing: Callable[[Settings], EmotiGramError | None] = _nothing
    suits: Callable[[Settings], bool | Note] = _no
    rank: int = 0
    sends_photos: bool = False
    memory_gb: float | None = None
    cpu_s: float | None = None


def extra_missing(extra: str, *packages: str) -> ExtraMissing | None:
    """The error that a package of an extra is not installed, None where all are; none of them is imported."""
    lacking = next((package for package in packages if importlib.util.find_spec(package) is None), None)
    return ExtraMissing(extra=extra, package=lacking) if lacking else None
