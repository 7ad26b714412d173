"""Names to objects: the only place that chooses and opens engines."""

from __future__ import annotations

from typing import Any

from emotigram import catalogue
from emotigram.domain import Note
from emotigram.engines import Role
from emotigram.ocr import open_text_reader
from emotigram.registry import engine_keys, engine_named
from emotigram.settings import Settings, load_settings
from emotigram.studio import Studio

_SHIPPED = "embedded"  # of every role: it runs anywhere


def open_studio(settings: Settings | None = None, **arguments: object) -> Studio:
    """Build a studio; arguments override single settings, as in ``open_studio(language="zh")``.

    Raises SettingsError for a setting that cannot be used and EngineError for an engine that cannot run here.
    """
    chosen = settings or load_settings(**arguments)
    if settings is not None and arguments:
        raise ValueError("give either settings or single arguments")
    writer, notes = choose_engine("writer", chosen)
    captioner, read_notes = choose_engine("captioner", chosen)
    sentiment, judge_notes = choose_engine("sentiment", chosen)
    return Studio(
        chosen,
        captioner=load_engine("captioner", captioner, chosen),
        sentiment=load_engine("sentiment", sentiment, chosen),
        writer=load_engine("writer", writer, chosen),
        stand_in=load_engine("writer", _SHIPPED, chosen) if writer != _SHIPPED else None,
        notes=notes,
        read_notes=(*read_notes, *judge_notes),
        judge=None if sentiment == _SHIPPED else load_engine("sentiment", _SHIPPED, chosen),
        text_reader=open_text_reader(chosen),
    )


def choose_engine(role: Role, settings: Settings) -> tuple[str, tuple[Note, ...]]:
    """The name of the engine that the settings come down to, and notes on what ``auto`` had to pass over.

    ``auto`` is the best engine that suits the settings, else the embedded one; nothing is fetched and no weights are
    opened to find out.
    """
    named = {"captioner": settings.captioner, "sentiment": settings.sentiment, "writer": settings.writer}[role]
    if named != "auto":
        return named, ()
    known = {key: engine_named(role, key) for key in engine_keys(role)}
    notes: list[Note] = []
    for key, engine in sorted(known.items(), key=lambda item: -item[1].rank):
        suits = engine.suits(settings)
        if suits is True:
            return key, tuple(notes)
        if isinstance(suits, Note):
            notes.append(suits)
    return _SHIPPED, tuple(notes)


def load_engine(role: Role, name: str, settings: Settings) -> Any:
    """Open one engine by name, ``auto`` for the best; raises UnknownName, SettingsError, EngineError or ChatError."""
    if name == "auto":
        name, _ = choose_engine(role, settings)
    return engine_named(role, name).build(settings)


def languages_written(settings: Settings) -> tuple[str, ...]:
    """The languages that the settings' writer writes, without opening another engine."""
    written = load_engine("writer", choose_engine("writer", settings)[0], settings).languages
    return tuple(each.key for each in catalogue.languages() if written is None or each.key in written)
