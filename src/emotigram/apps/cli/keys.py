"""``emotigram keys``: who may use the REST API."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from emotigram.api_keys import ApiKeys, is_name, name_malformed, visible_name
from emotigram.apps.cli.command import Debug, errors_shown, help_text
from emotigram.apps.cli.printable import printable
from emotigram.apps.cli.terminal import print_json
from emotigram.apps.extras import extra_needed
from emotigram.settings import load_settings
from emotigram.texts import interface_language, say

app = typer.Typer(no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help=help_text("keys.name"), show_default=False)]
_COLUMNS = ("name", "id", "rate", "created_at", "revoked_at")


@app.command(help=help_text("keys.create"))
def create(
    context: typer.Context,
    name: Name,
    rate: Annotated[str, typer.Option(metavar="RATE", help=help_text("keys.rate"), show_default=False)] = "",
    debug: Debug = False,
) -> None:
    """Make a key; it goes to stdout alone, so that scripts can take it."""
    with errors_shown(context, debug):
        settings = load_settings(interface=context.obj)
        if not is_name(name):
            raise name_malformed(name)
        if rate:
            with extra_needed("api"):
                from emotigram.rates import parse_rate  # noqa: PLC0415  # an optional part
            parse_rate(rate)
        key = ApiKeys(settings).create(name, rate)
        _tell(say("keys.created", interface_language(settings.interface), name=name), to_errors=True)
        print(key)


@app.command("list", help=help_text("keys.list"))
def list_keys(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help=help_text("models.json"))] = False,
    debug: Debug = False,
) -> None:
    """Show what is known of every key."""
    with errors_shown(context, debug):
        settings = load_settings(interface=context.obj)
        keys = ApiKeys(settings)
        if as_json:
            print_json({"file": str(keys.path), "keys": [asdict(key) for key in keys.all()]})
        else:
            _show(keys, interface_language(settings.interface))


@app.command(help=help_text("keys.revoke"))
def revoke(context: typer.Context, name: Name, debug: Debug = False) -> None:
    """Refuse a key from now on."""
    with errors_shown(context, debug):
        settings = load_settings(interface=context.obj)
        ApiKeys(settings).revoke(name)
        _tell(say("keys.revoked", interface_language(settings.interface), name=visible_name(name)))


def _show(keys: ApiKeys, language: str) -> None:
    known = keys.all()
    if not known:
        _tell(say("keys.none", language))
        return
    table = Table(*(say(f"keys.columns.{column}", language) for column in _COLUMNS), box=None, pad_edge=False)
    for key in known:
        rate = key.rate or say("keys.server_rate", language)
        table.add_row(visible_name(key.name), key.id, rate, key.created_at[:16], key.revoked_at[:16])
    Console(highlight=False, markup=False).print(table)
    _tell(say("keys.file", language, path=keys.path), to_errors=True)


def _tell(line: str, *, to_errors: bool = False) -> None:
    Console(stderr=to_errors, highlight=False, markup=False, emoji=False).print(Text(printable(line)), soft_wrap=True)
