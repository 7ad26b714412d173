"""``emotigram models``: weights that do not come with the package."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.filesize import decimal

from emotigram.apps.cli.command import Debug, errors_shown, help_text
from emotigram.apps.cli.models_view import ByteBar, ask, show_download, show_holdings, tell
from emotigram.apps.cli.terminal import Terminal, print_json
from emotigram.apps.extras import extra_needed
from emotigram.errors import WeightsDamaged
from emotigram.settings import Settings, load_settings
from emotigram.texts import interface_language, say
from emotigram.weights.store import store_dir
from emotigram.weights.upkeep import folder_size, list_holdings, recorded_repos, removable_folder, remove_folder, verify

app = typer.Typer(no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help=help_text("models.name"), show_default=False)]
Yes = Annotated[bool, typer.Option("--yes", "-y", help=help_text("models.yes"))]


@app.command("list", help=help_text("models.list"))
def list_weights(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help=help_text("models.json"))] = False,
    debug: Debug = False,
) -> None:
    """Show the catalogue and our store."""
    with errors_shown(context, debug):
        settings = load_settings(interface=context.obj)
        holdings = list_holdings(settings)
        if as_json:
            print_json({"folder": str(store_dir(settings)), "weights": [asdict(each) for each in holdings]})
        else:
            show_holdings(holdings, str(store_dir(settings)), _language(settings))


@app.command(help=help_text("models.pull"))
def pull(
    context: typer.Context,
    name: Name,
    revision: Annotated[
        str, typer.Option("--revision", metavar="COMMIT", help=help_text("models.revision"), show_default=False)
    ] = "",
    yes: Yes = False,
    debug: Debug = False,
) -> None:
    """Fetch weights."""
    with errors_shown(context, debug):
        settings = load_settings(interface=context.obj)
        language = _language(settings)
        with extra_needed("blip2"):
            from emotigram.weights.pull import fetch, prepare  # noqa: PLC0415  # huggingface_hub
        with ByteBar(language) as bar:
            download = prepare(name, settings, bar, revision)
        if download.missing:
            show_download(download, language)
            download.check_room()
            ask(yes, language, question=say("models.ask", language), nobody="models.not_asked", no="models.left")
        with ByteBar(language) as bar:
            fetch(download, bar)
        tell("models.whole", language, name=name, path=download.folder)


@app.command("verify", help=help_text("models.verify"))
def verify_weights(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help=help_text("models.names"), show_default=False)
    ] = None,
    debug: Debug = False,
) -> None:
    """Compare weights with their checksums."""
    with errors_shown(context, debug):
        settings = load_settings(interface=context.obj)
        language = _language(settings)
        asked = names or recorded_repos(settings)
        if not asked:
            tell("models.none", language)
        faults = [fault for name in asked for fault in _verify(name, settings, language)]
        for fault in faults:
            Terminal(language, debug=debug).show_error(fault)
        if faults:
            raise typer.Exit(faults[0].exit_code)


@app.command(help=help_text("models.remove"))
def remove(context: typer.Context, name: Name, yes: Yes = False, debug: Debug = False) -> None:
    """Remove weights from our store."""
    with errors_shown(context, debug):
        settings = load_settings(interface=context.obj)
        language = _language(settings)
        folder = removable_folder(name, settings)
        values = {"path": folder, "size": decimal(folder_size(folder))}
        question = say("models.remove_ask", language, **values)
        ask(yes, language, question=question, nobody="models.remove_not_asked", no="models.kept", **values)
        remove_folder(folder)
        tell("models.removed", language, **values)


def _verify(name: str, settings: Settings, language: str) -> tuple[WeightsDamaged, ...]:
    with ByteBar(language) as bar:
        verdict = verify(name, settings, bar)
    if not verdict.faults:
        tell("models.verified" if verdict.is_recorded else "models.fits", language, name=name, files=verdict.files)
    return verdict.faults


def _language(settings: Settings) -> str:
    return interface_language(settings.interface)
