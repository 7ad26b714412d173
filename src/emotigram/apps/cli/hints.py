"""What the command line says unasked, once: to people at a terminal, below their results."""

from __future__ import annotations

import sys

from emotigram.apps.cli.models_view import tell, tell_error
from emotigram.apps.larger_reader import first_time, larger_reader
from emotigram.settings import Settings


def hint_once(settings: Settings, language: str) -> None:
    """Say on stderr, once on this computer, what a larger reader would give; nothing where no person reads along."""
    if not _is_terminal():
        return
    reader = larger_reader(settings, language)
    if reader is not None and first_time(reader):
        tell_error("larger_reader.once", language, line=reader.line)


def hint_asked(settings: Settings, language: str) -> None:
    """Say the same on stdout to whoever asks what there is; at a terminal it counts as told."""
    reader = larger_reader(settings, language)
    if reader is None:
        return
    tell("larger_reader.asked", language, line=reader.line)
    if _is_terminal():
        first_time(reader)


def _is_terminal() -> bool:
    return sys.stdout.isatty() and sys.stderr.isatty()
