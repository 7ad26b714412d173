"""Which engines there are: the modules in the folders of the three roles, then those of installed packages."""

from __future__ import annotations

import importlib
import pkgutil
from importlib.metadata import EntryPoint, entry_points
from typing import get_args

from emotigram.engines import Engine, Role
from emotigram.errors import UnknownName
from emotigram.foreign_engines import load_foreign

ROLES: tuple[Role, ...] = get_args(Role)
# a package that holds engines alone, and, after "emotigram.", the group of entry points
_PACKAGES: dict[Role, str] = {"captioner": "captioners", "sentiment": "sentiment", "writer": "writers"}


def own_keys(role: Role) -> list[str]:
    """Our own engines of a role, by name and without importing them; the embedded one comes first."""
    path = importlib.import_module(f"emotigram.{_PACKAGES[role]}").__path__
    return sorted((module.name for module in pkgutil.iter_modules(path)), key=lambda key: (key != "embedded", key))


def engine_keys(role: Role) -> list[str]:
    """All engines of a role, by name and without importing them; ours come first, and keep their names."""
    return list(dict.fromkeys([*own_keys(role), *_entry_points(role)]))


def engine_named(role: Role, key: str) -> Engine:
    """What an engine says of itself; raises UnknownName."""
    if key in own_keys(role):
        engine: Engine = importlib.import_module(f"emotigram.{_PACKAGES[role]}.{key}").ENGINE
        return engine
    points = _entry_points(role)
    if key not in points:
        raise UnknownName(kind=role, name=key, known=", ".join(engine_keys(role)))
    return load_foreign(role, points[key])


def _entry_points(role: Role) -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=f"emotigram.{_PACKAGES[role]}")}
