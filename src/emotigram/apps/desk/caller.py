"""Who asks a front door for programs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever asks: what they make belongs to ``owner``, the id of their key, '' where none is asked for."""

    owner: str
    language: str
