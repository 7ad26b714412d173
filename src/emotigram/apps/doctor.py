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

from emotigram import catalogue
from emotigram.assembly import has_chat_key, load_engine
from emotigram.errors import EngineError, ExtraMissing
from emotigram.settings import Settings
from emotigram.texts import say

_REQUIREMENT = re.compile(r"""^(?P<package>[\w.-]+).*extra == ["'](?P<extra>[\w-]+)["']""")
_FOR_DEVELOPERS = "dev"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of EmotiGram, as ``role.engine`` or the name of an extra; ``needs`` is empty where it is usable."""

    name: str
    kind: Literal["engine", "extra"]
    usable: bool
    needs: str = ""


def examine(settings: Settings, language: str) -> list[Finding]:
    """Look at every engine and extra; ``needs`` is said in ``language``. Raises UnknownName for the provider."""
    embedded = [_embedded(role, settings, language) for role in ("captioner", "sentiment", "writer")]
    return [*embedded, _chat(settings, language), *_extras(language)]


def _embedded(role: str, settings: Settings, language: str) -> Finding:
    try:
        load_engine(role, "embedded", settings)
    except EngineError as error:
        return Finding(f"{role}.embedded", "engine", False, f"{error.message(language)} {error.hint(language)}")
    return Finding(f"{role}.embedded", "engine", True)


def _chat(settings: Settings, language: str) -> Finding:
    if has_chat_key(settings):
        return Finding("writer.chat", "engine", True)
    key_env = catalogue.provider(settings.provider).key_env
    return Finding("writer.chat", "engine", False, say("doctor.needs_key", language, key_env=key_env))


def _extras(language: str) -> Iterator[Finding]:
    wanted: dict[str, list[str]] = {}
    for line in metadata.requires("emotigram") or []:
        if match := _REQUIREMENT.match(line):
            wanted.setdefault(match["extra"], []).append(match["package"])
    wanted.pop(_FOR_DEVELOPERS, None)
    for extra, packages in wanted.items():
        missing = [package for package in packages if not _is_installed(package)]
        hint = ExtraMissing(extra=extra, package=", ".join(missing)).hint(language) if missing else ""
        yield Finding(extra, "extra", not missing, hint)


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
            needs = Text(each.needs) if each.needs else Text(say("doctor.usable", language), "dim")
            table.add_row(mark.append(say(f"doctor.names.{each.name}", language), "default"), needs)
    Console(highlight=False, markup=False, emoji=False).print(table)
