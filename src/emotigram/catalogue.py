"""Platforms, languages, styles, providers and weights: one TOML file each, checked as it is read."""

from __future__ import annotations

import tomllib
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Generic, TypeVar

from pydantic import TypeAdapter

from emotigram.domain import Language, Platform, Provider, Style, Weights
from emotigram.errors import UnknownName

Entry = TypeVar("Entry")


class _Shelf(Generic[Entry]):
    """The entries of one folder of ``data``, read when first asked for."""

    def __init__(self, kind: type[Entry], folder: str) -> None:
        self._kind = kind
        self._folder = folder

    @cached_property
    def entries(self) -> dict[str, Entry]:
        files = sorted((resources.files("emotigram") / "data" / self._folder).iterdir(), key=lambda path: path.name)
        adapter = TypeAdapter(self._kind)
        return {path.name.removesuffix(".toml"): _read(adapter, path) for path in files if path.name.endswith(".toml")}

    def find(self, key: str) -> Entry:
        same = {name.lower(): name for name in self.entries}  # zh_tw is zh-TW
        found = same.get(key.lower().replace("_", "-"))
        if found is None:
            raise UnknownName(kind=self._folder.removesuffix("s"), name=key, known=", ".join(self.entries))
        return self.entries[found]


def _read(adapter: TypeAdapter[Entry], path: Traversable) -> Entry:
    values = tomllib.loads(path.read_text("utf-8"))
    return adapter.validate_python({"key": path.name.removesuffix(".toml"), **values}, extra="forbid")


_PLATFORMS = _Shelf(Platform, "platforms")
_LANGUAGES = _Shelf(Language, "languages")
_STYLES = _Shelf(Style, "styles")
_PROVIDERS = _Shelf(Provider, "providers")
_WEIGHTS = _Shelf(Weights, "weights")


def platform(key: str) -> Platform:
    """Return a platform by key; raises UnknownName."""
    return _PLATFORMS.find(key)


def language(key: str) -> Language:
    """Return a language by key; raises UnknownName."""
    return _LANGUAGES.find(key)


def style(key: str) -> Style:
    """Return a style by key; raises UnknownName."""
    return _STYLES.find(key)


def provider(key: str) -> Provider:
    """Return a chat provider by key; raises UnknownName."""
    return _PROVIDERS.find(key)


def language_of_locale(locale: str) -> str:
    """The key of the language of a locale such as ``zh_TW.UTF-8``; '' where the catalogue lacks it."""
    name = locale.partition(".")[0].replace("_", "-")
    base, _, region = name.partition("-")
    if base == "zh" and region.split("-")[0] in ("TW", "HK", "MO", "Hant"):
        return "zh-TW"
    return base if base in _LANGUAGES.entries else ""


def platforms() -> list[Platform]:
    """All platforms, by key."""
    return list(_PLATFORMS.entries.values())


def languages() -> list[Language]:
    """All languages, by key."""
    return list(_LANGUAGES.entries.values())


def styles() -> list[Style]:
    """All styles, by key."""
    return list(_STYLES.entries.values())


def providers() -> list[Provider]:
    """All chat providers, by key."""
    return list(_PROVIDERS.entries.values())


def weights() -> list[Weights]:
    """All known weights from outside the package, by key."""
    return list(_WEIGHTS.entries.values())
