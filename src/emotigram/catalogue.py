"""Platforms, languages, styles, revisions, looks, providers and weights: one TOML file each, checked as it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Generic, Literal, TypeVar, get_type_hints

from pydantic import TypeAdapter

from emotigram.data_files import data_names, read_data
from emotigram.domain import Language, Look, Platform, Provider, Revision, Style, Weights, Wishes
from emotigram.errors import UnknownName
from emotigram.locales import best_match

Entry = TypeVar("Entry")
Kind = Literal["platforms", "languages", "styles", "revisions", "looks", "providers"]


class _Shelf(Generic[Entry]):
    """The entries of one folder of ``data``, read when first asked for."""

    def __init__(self, kind: type[Entry], folder: str) -> None:
        self._kind = kind
        self.folder = folder

    @cached_property
    def entries(self) -> dict[str, Entry]:
        adapter, folder = TypeAdapter(self._kind), self.folder
        files = {key: read_data(f"{folder}/{key}.toml") for key in data_names(folder)}
        return {key: adapter.validate_python({"key": key, **file}, extra="forbid") for key, file in files.items()}

    def find(self, key: str) -> Entry:
        same = {name.lower(): name for name in self.entries}
        found = same.get(key.lower().replace("_", "-"))  # black_and_white is black-and-white
        if found is None:
            raise UnknownName(kind=self.folder.removesuffix("s"), name=key, known=", ".join(self.entries))
        return self.entries[found]


_PLATFORMS = _Shelf(Platform, "platforms")
_LANGUAGES = _Shelf(Language, "languages")
_STYLES = _Shelf(Style, "styles")
_REVISIONS = _Shelf(Revision, "revisions")
_LOOKS = _Shelf(Look, "looks")
_PROVIDERS = _Shelf(Provider, "providers")
_WEIGHTS = _Shelf(Weights, "weights")


def platform(key: str) -> Platform:
    """Return a platform by key; raises UnknownName."""
    return _PLATFORMS.find(key)


def language(key: str) -> Language:
    """Return a language by key, or the one that fits a language tag such as ``pt-BR`` best; raises UnknownName."""
    return _LANGUAGES.find(key if key in _LANGUAGES.entries else language_of_locale(key) or key)


def style(key: str) -> Style:
    """Return a style by key; raises UnknownName."""
    return _STYLES.find(key)


def look(key: str) -> Look:
    """Return a look for photos by key; raises UnknownName."""
    return _LOOKS.find(key)


def revision(key: str) -> Revision:
    """Return a revision by key; raises UnknownName."""
    return _REVISIONS.find(key)


def provider(key: str) -> Provider:
    """Return a chat provider by key; raises UnknownName."""
    return _PROVIDERS.find(key)


def check_wishes(wishes: Wishes) -> None:
    """Raise UnknownName where a wish names what there is none of."""
    for wish, hint in get_type_hints(Wishes, include_extras=True).items():
        name = str(wishes.get(wish) or "auto")
        for kind in getattr(hint, "__metadata__", ()):
            if name != "auto":
                _WISHED[kind](name)


_WISHED: Mapping[str, Callable[[str], object]] = {
    "platforms": platform,
    "languages": language,
    "styles": style,
    "revisions": revision,
}


def keys(kind: Kind) -> tuple[str, ...]:
    """The keys of a kind, sorted; no file is opened for them."""
    return data_names(kind)


def language_of_locale(locale: str) -> str:
    """The key of the language of a locale such as ``pt_BR.UTF-8``; '' where the catalogue lacks it."""
    return best_match(locale, _LANGUAGES.entries)


def platforms() -> list[Platform]:
    """All platforms, by key."""
    return list(_PLATFORMS.entries.values())


def languages() -> list[Language]:
    """All languages, by key."""
    return list(_LANGUAGES.entries.values())


def styles() -> list[Style]:
    """All styles, by key."""
    return list(_STYLES.entries.values())


def looks() -> list[Look]:
    """All looks for photos, by key."""
    return list(_LOOKS.entries.values())


def revisions() -> list[Revision]:
    """All revisions, by key."""
    return list(_REVISIONS.entries.values())


def providers() -> list[Provider]:
    """All chat providers, by key."""
    return list(_PROVIDERS.entries.values())


def weights() -> list[Weights]:
    """All known weights from outside the package, by key."""
    return list(_WEIGHTS.entries.values())
