"""Say which engines are usable here, and what each missing one needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from emotigram.engines import Role
from emotigram.errors import (
    ChatError,
    EmotiGramError,
    EngineError,
    ExtraMissing,
    KeyMissing,
    SentimentModelUnset,
    WeightsMissing,
)
from emotigram.registry import ROLES, engine_keys, engine_named
from emotigram.settings import Settings
from emotigram.texts import say

_REQUIREMENT = re.compile(r"""^(?P<package>[\w.-]+).*extra == ["'](?P<extra>[\w-]+)["']""")
_FOR_DEVELOPERS = "dev"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of EmotiGram, as ``role.engine`` or the name of an extra; ``needs`` is empty where it is usable.

    ``does`` says what it is for. Of engines: ``memory_gb`` (10^9 bytes) and ``cpu_s`` (seconds a photo or post on a
    CPU), None where nobody measured them, and whether an engine may hand photos to another computer.
    """

    name: str
    kind: Literal["engine", "extra"]
    does: str
    usable: bool
    needs: str = ""
    memory_gb: float | None = None
    cpu_s: float | None = None
    sends_photos: bool = False


def examine(settings: Settings, language: str) -> list[Finding]:
    """Look at every engine and extra, said in ``language``. Raises UnknownName for the provider."""
    engines = [_engine(role, key, settings, language) for role in ROLES for key in engine_keys(role)]
    return [*engines, *_extras(settings, language)]


def _engine(role: Role, key: str, settings: Settings, language: str) -> Finding:
    engine = engine_named(role, key)
    try:
        error = engine.missing(settings)
    except EngineError as broken:  # an installed package's own
        error = broken
    needs = _needs(error, language) if error else ""
    facts = (engine.memory_gb, engine.cpu_s, engine.sends_photos)
    return Finding(f"{role}.{key}", "engine", engine.names[language], not error, needs, *facts)


def _needs(error: EmotiGramError, language: str) -> str:
    """What to do; of a key, an extra and weights that are not here the hint says it all."""
    if isinstance(error, KeyMissing):  # its hint names other engines, and those are listed too
        return say("doctor.needs_key", language, **error.values)
    is_plain = isinstance(error, ExtraMissing | WeightsMissing | SentimentModelUnset | ChatError)
    return error.hint(language) if is_plain else f"{error.message(language)} {error.hint(language)}"


def _extras(settings: Settings, language: str) -> Iterator[Finding]:
    wanted: dict[str, list[str]] = {}
    for line in metadata.requires("emotigram") or []:
        if match := _REQUIREMENT.match(line):
            wanted.setdefault(match["extra"], []).append(match["package"])
    wanted.pop(_FOR_DEVELOPERS, None)
    for extra, packages in wanted.items():
        missing = [package for package in packages if not _is_installed(package)]
        hint = ExtraMissing(extra=extra, package=", ".join(missing)).hint(language) if missing else ""
        if extra == "ocr" and settings.read_text == "off":
            hint = say("doctor.read_text_off", language)
        yield Finding(extra, "extra", say(f"doctor.names.{extra}", language), not hint, hint)


def _is_installed(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True


def show(findings: list[Finding], language: str) -> None:
    """Print the findings as a table, engines first."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for kind in ("engine", "extra"):
        table.add_row(Text(say(f"doctor.{kind}", language), "bold"), "")
        for each in (finding for finding in findings if finding.kind == kind):
            mark = Text("✓ ", "green") if each.usable else Text("– ", "yellow")
            needs = Text(each.needs) if each.needs else Text(_ready(each, language), "dim")
            table.add_row(mark.append(each.does, "default"), needs)
    Console(highlight=False, markup=False, emoji=False).print(table)


def _ready(finding: Finding, language: str) -> str:
    figures = {"memory_gb": finding.memory_gb, "cpu_s": finding.cpu_s}
    told = [say(f"doctor.{name}", language, figure=figure) for name, figure in figures.items() if figure is not None]
    return " · ".join([say("doctor.usable", language), *told])
