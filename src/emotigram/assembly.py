"""Names to objects: the only place that loads engines by name."""

from __future__ import annotations

import importlib
import importlib.util
import os
from importlib.metadata import entry_points
from typing import Any

from emotigram import catalogue
from emotigram.captioners.auto import choose_captioner
from emotigram.domain import Note
from emotigram.errors import UnknownName
from emotigram.settings import Settings, load_settings
from emotigram.studio import Studio

ENGINES = {
    "captioner": ("captioners", ("embedded", "blip2", "transformers_vlm", "openai_vision")),
    "sentiment": ("sentiment", ("embedded", "torchscript")),
    "writer": ("writers", ("embedded", "chat")),
}


def open_studio(settings: Settings | None = None, **arguments: object) -> Studio:
    """Build a studio; arguments override single settings, as in ``open_studio(language="zh")``.

    Raises SettingsError for a setting that cannot be used and EngineError for an engine that cannot run here.
    """
    chosen = settings or load_settings(**arguments)
    if settings is not None and arguments:
        raise ValueError("give either settings or single arguments")
    writer, notes = _choose_writer(chosen)
    captioner, read_notes = captioner_of(chosen)
    return Studio(
        chosen,
        captioner=load_engine("captioner", captioner, chosen),
        sentiment=load_engine("sentiment", chosen.sentiment, chosen),
        writer=load_engine("writer", writer, chosen),
        stand_in=load_engine("writer", "embedded", chosen) if writer == "chat" else None,
        notes=notes,
        read_notes=read_notes,
        judge=None if chosen.sentiment == "embedded" else load_engine("sentiment", "embedded", chosen),
    )


def load_engine(role: str, name: str, settings: Settings) -> Any:
    """Build one engine: a module of ours with ``build(settings)``, or an entry point ``emotigram.captioners`` etc.

    The captioner ``auto`` is the best one that is usable now.
    """
    package, own = ENGINES[role]
    if role == "captioner" and name == "auto":
        name, _ = choose_captioner(settings)
    if name in own:
        return importlib.import_module(f"emotigram.{package}.{name}").build(settings)
    others = {point.name: point for point in entry_points(group=f"emotigram.{package}")}
    if name not in others:
        raise UnknownName(kind=role, name=name, known=", ".join([*own, *others]))
    return others[name].load()(settings)


def engines_known() -> dict[str, list[str]]:
    """The engines there are, by role: our own and those of installed packages."""
    return {
        role: [*own, *(point.name for point in entry_points(group=f"emotigram.{package}"))]
        for role, (package, own) in ENGINES.items()
    }


def captioner_of(settings: Settings) -> tuple[str, tuple[Note, ...]]:
    """The name of the captioner that the settings come down to, and notes on what could not be used."""
    return choose_captioner(settings) if settings.captioner == "auto" else (settings.captioner, ())


def languages_written(settings: Settings) -> tuple[str, ...]:
    """The languages that the settings' writer writes, without opening another engine."""
    name, _ = _choose_writer(settings)
    written = getattr(load_engine("writer", name, settings), "languages", None)
    return tuple(each.key for each in catalogue.languages() if written is None or each.key in written)


def has_chat_key(settings: Settings) -> bool:
    """Whether a chat provider could be asked: a key is set, or the server needs none."""
    key_env = catalogue.provider(settings.provider).key_env
    has_key = bool(settings.api_key.get_secret_value() or os.environ.get(key_env or " "))
    return has_key or bool(settings.base_url) or not key_env


def _choose_writer(settings: Settings) -> tuple[str, tuple[Note, ...]]:
    if settings.writer != "auto":
        return settings.writer, ()
    if has_chat_key(settings):
        return "chat", ()
    key_env = catalogue.provider(settings.provider).key_env
    return "embedded", (Note("no_key", {"key_env": key_env}),)
