"""``emotigram trust``: what the working folder's settings file may do, confirmed once by whoever runs it."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from typing import Annotated

import typer

from emotigram.apps.cli.command import Debug, errors_shown, help_text, language_of
from emotigram.apps.cli.models_view import ask, tell, tell_error
from emotigram.chat.server import place_asked
from emotigram.errors import SettingsError, SettingsUntrusted
from emotigram.settings import load_settings
from emotigram.texts import say
from emotigram.trust import SETTINGS_FILE, SettingsFile, revoke, settings_file, trust, trusted_files

_SHOWN = 300  # characters of a value, so that a long one does not push the others off the screen
_HELP = {"-h", "--help"}


def trust_file(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=help_text("trust.yes"))] = False,
    take_back: Annotated[bool, typer.Option("--revoke", help=help_text("trust.revoke"))] = False,
    show_all: Annotated[bool, typer.Option("--list", help=help_text("trust.list"))] = False,
    debug: Debug = False,
) -> None:
    """Show what the settings file could do and remember that it was confirmed."""
    with errors_shown(context, debug):
        language = language_of(context)
        if show_all:
            for place in sorted(trusted_files()):
                tell("trust.place", language, place=place)
        elif take_back:
            place = str(SETTINGS_FILE.resolve())
            tell("trust.revoked" if revoke(place) else "trust.not_trusted", language, path=place)
        else:
            _confirm(language, yes)


def ask_once(context: typer.Context) -> None:
    """Ask at a terminal, before a command begins, where its settings were not confirmed; the command says so else."""
    if context.invoked_subcommand in (None, "trust") or _HELP & set(sys.argv) or not _is_terminal():
        return
    try:
        load_settings(interface=context.obj)
    except SettingsUntrusted:
        # after a no, options may still set what the file does
        with suppress(typer.Exit), errors_shown(context, debug=False):
            _confirm(language_of(context), yes=False)
    except SettingsError:  # the command itself says what is wrong
        return


def _confirm(language: str, yes: bool) -> None:
    file = settings_file()
    if file is None:
        raise SettingsError(detail=say("trust.none", language, path=SETTINGS_FILE.resolve()))
    if file.is_of_others:
        raise SettingsError(detail=say("trust.of_others", language, path=file.place))
    if not file.sensitive:
        tell("trust.harmless", language, path=file.place)
        return
    tell_error("trust.shown", language, path=file.place, lines="\n".join(_lines(file, language)))
    ask(yes, language, question=say("trust.ask", language), nobody="trust.not_asked", no="trust.left")
    trust(file)
    tell_error("trust.done", language, path=file.place)


def _lines(file: SettingsFile, language: str) -> list[str]:
    """What has to be confirmed, a setting a line, in ASCII: letters that look alike must not deceive."""
    return [_line(name, value, language) for name, value in file.sensitive.items()]


def _line(name: str, value: object, language: str) -> str:
    shown, text = json.dumps(name)[1:-1], json.dumps("***" if name == "api_key" else value, default=str)
    line = f"  {shown[:_SHOWN]} = {text[:_SHOWN]}{'…' if len(text) > _SHOWN else ''}"
    if name != "base_url":
        return line
    return say("trust.asked", language, line=line, host=_host(value) or say("trust.nobody", language))


def _host(base_url: object) -> str:
    """Host and port that would be asked, in ASCII, of an address that may be long and mean another than it seems to."""
    try:
        _, name, port = place_asked(str(base_url)).origin
    except ValueError:
        return ""
    return f"{name}:{port}"


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()
