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
from emotigram.captioners.auto import DEFAULT_WEIGHTS, engine_of, is_extra_installed
from emotigram.chat.server import find_vision_server
from emotigram.errors import ChatError, EmotiGramError, EngineError, ExtraMissing
from emotigram.sentiment.exported import find_exported
from emotigram.settings import Settings
from emotigram.texts import say
from emotigram.weights.store import find_weights

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
    large = [_large(engine, settings, language) for engine in ("blip2", "transformers_vlm")]
    others = [_own_sentiment(settings, language), _vision(settings, language), _chat(settings, language)]
    return [*embedded, *large, *others, *_extras(language)]


def _embedded(role: str, settings: Settings, language: str) -> Finding:
    try:
        load_engine(role, "embedded", settings)
    except EngineError as error:
        return Finding(f"{role}.embedded", "engine", False, f"{error.message(language)} {error.hint(language)}")
    return Finding(f"{role}.embedded", "engine", True)


def _large(engine: str, settings: Settings, language: str) -> Finding:
    """Whether the extra and the weights are here; the weights are not opened, that would take minutes."""
    name = f"captioner.{engine}"
    if not is_extra_installed():
        return Finding(name, "engine", False, ExtraMissing(extra="blip2", package="torch").hint(language))
    try:
        is_meant = settings.captioner_model and engine_of(settings) == engine
        find_weights(settings.captioner_model if is_meant else DEFAULT_WEIGHTS[engine], settings)
    except EngineError as error:
        return Finding(name, "engine", False, error.hint(language))
    return Finding(name, "engine", True)


def _own_sentiment(settings: Settings, language: str) -> Finding:
    """Whether a model of one's own is named and whole; it is not opened, that would take seconds."""
    name = "sentiment.torchscript"
    if settings.sentiment_model is None:
        return Finding(name, "engine", False, say("doctor.needs_model", language))
    if not is_extra_installed():
        return Finding(name, "engine", False, ExtraMissing(extra="train", package="torch").hint(language))
    try:
        find_exported(settings)
    except EmotiGramError as error:
        return Finding(name, "engine", False, f"{error.message(language)} {error.hint(language)}")
    return Finding(name, "engine", True)


def _vision(settings: Settings, language: str) -> Finding:
    try:
        find_vision_server(settings)
    except ChatError as error:
        return Finding("captioner.openai_vision", "engine", False, error.hint(language))
    return Finding("captioner.openai_vision", "engine", True)


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
