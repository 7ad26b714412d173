"""Figures that others published for the data sets, from ``published.toml``; shown beside ours, never as ours."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """What a paper reports for one system on one data set, in percent; ``source`` is paper and place."""

    data: str
    system: str
    accuracy: float
    source: str
    macro_f1: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """All figures; ``comparability`` holds for every one of them, ``notes`` for those of a data set."""

    comparability: str
    notes: dict[str, str]
    figures: tuple[PublishedFigure, ...]

    def of(self, data: str) -> list[PublishedFigure]:
        """The figures of one data set, in the file's order; none where nothing is known."""
        return [figure for figure in self.figures if figure.data == data]


@cache
def published() -> Published:
    """The published figures as ``published.toml`` has them; an unknown name in it is an error."""
    text = (resources.files("emotigram.training.multimodal") / "published.toml").read_text("utf-8")
    return TypeAdapter(Published).validate_python(tomllib.loads(text), extra="forbid")
