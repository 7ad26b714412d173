"""What all commands share: help texts and errors in the user's language."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from typing import Annotated, get_args

import typer

from emotigram import catalogue
from emotigram.apps.cli.terminal import Terminal
from emotigram.errors import EmotiGramError, SettingsError, SettingsUntrusted
from emotigram.registry import ROLES, engine_keys
from emotigram.settings import load_settings
from emotigram.texts import interface_language, say
from emotigram.trust import settings_file


def _starting_language() -> str:
    """The language of the help texts, which are fixed before the options are parsed."""
    words = [part for word in sys.argv[1:] for part in word.split("=", 1)]
    asked = [word for option, word in pairwise(words) if option == "--interface"]
    return interface_language((asked or [os.environ.get("EMOTIGRAM_INTERFACE", "auto")])[0])


def help_text(key: str) -> str:
    """The help text for a key of ``cli.help``; it may name what the catalogue knows, such as ``{styles}``."""
    text = say(f"cli.help.{key}", _starting_language(), **_known())
    return re.sub("([，；、。])(?=.)", r"\1 ", text)  # help is wrapped at spaces, and cut where there are none


@cache
def _known() -> dict[str, str]:
    kinds: tuple[catalogue.Kind, ...] = get_args(catalogue.Kind)
    names = {kind: catalogue.keys(kind) for kind in kinds} | {role: engine_keys(role) for role in ROLES}
    return {kind: ", ".join(each) for kind, each in names.items()}


Debug = Annotated[bool, typer.Option("--debug", help=help_text("debug"))]


@contextmanager
def errors_shown(context: typer.Context, debug: bool) -> Iterator[None]:
    """End the command with one line and a hint where an error of ours is raised."""
    try:
        yield
    except EmotiGramError as error:
        Terminal(language_of(context), debug=debug).show_error(error)
        raise typer.Exit(error.exit_code) from None


def language_of(context: typer.Context) -> str:
    """The language to speak in, whatever is wrong with the settings."""
    try:
        return interface_language(load_settings(interface=context.obj).interface)
    except SettingsUntrusted:  # of the language it may decide
        asked = os.environ.get("EMOTIGRAM_INTERFACE") or getattr(settings_file(), "values", {}).get("interface")
        return interface_language(context.obj or str(asked or "auto"))
    except SettingsError:  # the settings may be the very thing that is wrong
        return interface_language(context.obj or "auto")
