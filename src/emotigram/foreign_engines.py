"""Engines of installed packages, made to fit: what they leave out is added here, what breaks becomes a typed error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from importlib.metadata import EntryPoint
from types import ModuleType
from typing import Any, TypeVar

from emotigram.engines import Engine, Role
from emotigram.errors import EmotiGramError, EngineUnusable
from emotigram.ports import Captioner, SentimentModel, Writer
from emotigram.settings import Settings

_PORTS: dict[Role, type] = {"captioner": Captioner, "sentiment": SentimentModel, "writer": Writer}
_Unusable = Callable[[str], EngineUnusable]
_T = TypeVar("_T")


def load_foreign(role: Role, point: EntryPoint) -> Engine:
    """The engine of an entry point: an ``Engine``, a function ``build(settings)``, or a module with ``ENGINE`` or that.

    One that cannot be loaded is an engine that lacks what made it fail.
    """
    package = point.dist.name if point.dist else point.module

    def unusable(reason: str) -> EngineUnusable:
        return EngineUnusable(kind=role, name=point.name, package=package, reason=reason)

    plain = dict.fromkeys(("en", "zh"), f"{point.name} ({package})")
    try:
        engine = _engine_of(point.load(), plain)
    except Exception as error:  # noqa: BLE001  # importing another's module may raise anything
        return _broken(unusable(f"{type(error).__name__}: {error}"), plain)
    if engine is None:
        return _broken(unusable(f"{point.value}: no Engine, no build(settings)"), plain)
    return replace(
        engine,
        build=_guarded(_fitted(engine.build, _PORTS[role]), unusable),
        missing=_guarded(engine.missing, unusable),
        suits=_guarded(engine.suits, unusable),
    )


def _engine_of(found: object, names: dict[str, str]) -> Engine | None:
    if isinstance(found, ModuleType):
        found = vars(found).get("ENGINE", vars(found).get("build"))
    if isinstance(found, Engine):
        return found
    return Engine(names, found) if callable(found) else None


def _broken(error: EngineUnusable, names: dict[str, str]) -> Engine:
    def build(_: Settings) -> Any:
        raise error

    return Engine(names, build, missing=lambda _: error)


def _guarded(call: Callable[[Settings], _T], unusable: _Unusable) -> Callable[[Settings], _T]:
    @wraps(call)
    def guarded(settings: Settings) -> _T:
        try:
            return call(settings)
        except EmotiGramError:
            raise
        except Exception as error:
            raise unusable(f"{type(error).__name__}: {error}") from error

    return guarded


def _fitted(build: Callable[[Settings], Any], port: type) -> Callable[[Settings], Any]:
    """Build engines with all that the port has: what is optional gets the port's own default."""
    stated = vars(port)
    optional = {name: stated[name] for name in port.__annotations__ if name in stated}
    methods = [name for name, value in stated.items() if callable(value) and not name.startswith("_")]

    def fitted(settings: Settings) -> Any:
        engine = build(settings)
        lacking = [name for name in ("name", *methods) if not hasattr(engine, name)]
        if lacking:
            raise TypeError(f"no {port.__name__}: it lacks {', '.join(lacking)}")
        for name, default in optional.items():
            if not hasattr(engine, name):
                setattr(engine, name, default)
        return engine

    return fitted
