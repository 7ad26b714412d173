"""Platforms, languages, styles and providers: one TOML file each, checked as it is read."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import TypeVar

from pydantic import TypeAdapter

from emotigram.domain import Language, Platform, Provider, Style
from emotigram.errors import UnknownName

Entry = TypeVar("Entry", Platform, Language, Style, Provider)


def platform(key: str) -> Platform:
    """Return a platform by key; raises UnknownName."""
    return _find(Platform, "platforms", key)


def language(key: str) -> Language:
    """Return a language by key; raises UnknownName."""
    return _find(Language, "languages", key)


def style(key: str) -> Style:
    """Return a style by key; raises UnknownName."""
    return _find(Style, "styles", key)


def provider(key: str) -> Provider:
    """Return a chat provider by key; raises UnknownName."""
    return _find(Provider, "providers", key)


def platforms() -> list[Platform]:
    """All platforms, by key."""
    return list(_load(Platform, "platforms").values())


def languages() -> list[Language]:
    """All languages, by key."""
    return list(_load(Language, "languages").values())


def styles() -> list[Style]:
    """All styles, by key."""
    return list(_load(Style, "styles").values())


def _find(kind: type[Entry], folder: str, key: str) -> Entry:
    entries = _load(kind, folder)
    if key not in entries:
        raise UnknownName(kind=folder.removesuffix("s"), name=key, known=", ".join(entries))
    return entries[key]


@cache
def _load(kind: type[Entry], folder: str) -> dict[str, Entry]:
    adapter = TypeAdapter(kind)
    files = sorted((resources.files("emotigram") / "data" / folder).iterdir(), key=lambda path: path.name)
    return {path.name.removesuffix(".toml"): _read(adapter, path) for path in files if path.name.endswith(".toml")}


def _read(adapter: TypeAdapter[Entry], path: Traversable) -> Entry:
    values = tomllib.loads(path.read_text("utf-8"))
    return adapter.validate_python({"key": path.name.removesuffix(".toml"), **values}, extra="forbid")
