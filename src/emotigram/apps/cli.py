"""The command line: caption, read, serve, doctor."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

import typer

from emotigram import catalogue
from emotigram.apps.batches import in_batches, open_photos
from emotigram.apps.screen import Screen, print_json
from emotigram.assembly import open_studio
from emotigram.domain import SentimentLabel
from emotigram.errors import EmotiGramError, PhotoError, SettingsError
from emotigram.settings import Settings, load_settings
from emotigram.texts import interface_language, say


def _starting_language() -> str:
    """The language of the help texts, which are fixed before the options are parsed."""
    words = [part for word in sys.argv[1:] for part in word.split("=", 1)]
    asked = [word for option, word in pairwise(words) if option == "--interface"]
    return interface_language((asked or [os.environ.get("EMOTIGRAM_INTERFACE", "auto")])[0])


def _help(key: str) -> str:
    text = say(f"cli.help.{key}", _starting_language())
    return re.sub("([，；、。])(?=.)", r"\1 ", text)  # help is wrapped at spaces, and cut where there are none


app = typer.Typer(
    name="emotigram",
    help=_help("app"),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Photos = Annotated[list[Path], typer.Argument(help=_help("photos"), metavar="PHOTO", show_default=False)]
Words = Annotated[str, typer.Option("--text", help=_help("text"), show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help=_help("json"))]
Debug = Annotated[bool, typer.Option("--debug", help=_help("debug"))]


def _keys(folder: Literal["platforms", "languages", "styles"]) -> list[str]:
    return [each.key for each in getattr(catalogue, folder)()]


def _print_version(asked: bool) -> None:
    if asked:
        print(f"emotigram {version('emotigram')}")
        raise typer.Exit


@app.callback()
def start(
    context: typer.Context,
    interface: Annotated[Literal["en", "zh"] | None, typer.Option(help=_help("interface"), show_default=False)] = None,
    show_version: Annotated[  # noqa: ARG001  # its callback has done the work
        bool, typer.Option("--version", help=_help("version"), is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Take the options that stand before the command."""
    context.obj = interface


@app.command(help=_help("caption"))
def caption(  # noqa: PLR0913  # one argument an option
    context: typer.Context,
    photos: Photos,
    platform: Annotated[
        str | None,
        typer.Option(
            "--platform", "-p", metavar="NAME", help=_help("platform"), autocompletion=lambda: _keys("platforms")
        ),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(
            "--language", "-l", metavar="NAME", help=_help("language"), autocompletion=lambda: _keys("languages")
        ),
    ] = None,
    style: Annotated[
        str | None,
        typer.Option("--style", "-s", metavar="NAME", help=_help("style"), autocompletion=lambda: _keys("styles")),
    ] = None,
    tone: Annotated[SentimentLabel | None, typer.Option(help=_help("tone"), metavar="TONE")] = None,
    text: Words = "",
    seed: Annotated[int | None, typer.Option(help=_help("seed"), metavar="NUMBER", min=0)] = None,
    writer: Annotated[str | None, typer.Option(help=_help("writer"), metavar="NAME")] = None,
    provider: Annotated[str | None, typer.Option(help=_help("provider"), metavar="NAME")] = None,
    base_url: Annotated[str | None, typer.Option(help=_help("base_url"), metavar="URL")] = None,
    model: Annotated[str | None, typer.Option(help=_help("model"), metavar="NAME")] = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Read photos and write a post for each."""
    with _errors_shown(context, debug):
        settings = load_settings(
            interface=context.obj,
            platform=platform,
            language=language,
            style=style,
            seed=seed,
            writer=writer,
            provider=provider,
            base_url=base_url,
            model=model,
        )
        _check_names(settings)
        screen = Screen(interface_language(settings.interface), as_json=as_json, debug=debug, photos=len(photos))
        _work_through(photos, settings, screen, text, write=True, tone=tone)


@app.command(help=_help("read"))
def read(
    context: typer.Context, photos: Photos, text: Words = "", as_json: AsJson = False, debug: Debug = False
) -> None:
    """Read photos without writing posts."""
    with _errors_shown(context, debug):
        # No writer is used, so a missing key must not stand in the way.
        settings = load_settings(interface=context.obj, writer="embedded")
        screen = Screen(interface_language(settings.interface), as_json=as_json, debug=debug, photos=len(photos))
        _work_through(photos, settings, screen, text, write=False)


@app.command(help=_help("serve"))
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help=_help("host"))] = "127.0.0.1",
    port: Annotated[int, typer.Option(help=_help("port"), min=1, max=65535)] = 7860,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help=_help("open"))] = True,
    debug: Debug = False,
) -> None:
    """Open the web page."""
    with _errors_shown(context, debug):
        settings = load_settings(interface=context.obj)
        # Gradio takes seconds to load, and no other command needs it.
        from emotigram.apps.web.page import serve as serve_page  # noqa: PLC0415

        serve_page(settings, host, port, open_browser)


@app.command(help=_help("doctor"))
def doctor(context: typer.Context, as_json: AsJson = False, debug: Debug = False) -> None:
    """Say what can be used."""
    from emotigram.apps.doctor import examine, show  # noqa: PLC0415  # package metadata is slow to read

    with _errors_shown(context, debug):
        settings = load_settings(interface=context.obj)
        language = interface_language(settings.interface)
        findings = examine(settings, language)
        if as_json:
            print_json({"version": version("emotigram"), "findings": [asdict(each) for each in findings]})
        else:
            show(findings, language)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a file name or a narrow locale must not end a run
    app(prog_name="emotigram")


def _work_through(  # noqa: PLR0913
    paths: list[Path],
    settings: Settings,
    screen: Screen,
    text: str,
    *,
    write: bool,
    tone: SentimentLabel | None = None,
) -> None:
    studio = open_studio(settings)
    failures: list[PhotoError] = []

    def fail(error: PhotoError) -> None:
        failures.append(error)
        screen.show_failure(error)

    with screen:
        for batch in in_batches(open_photos(paths, settings.max_megapixels, fail)):
            readings = studio.read_many(batch, [text] * len(batch))
            for photo, reading in zip(batch, readings, strict=True):
                screen.show(photo, reading, studio.write(reading, tone=tone) if write else None)
    if failures:
        raise typer.Exit(failures[0].exit_code)


def _check_names(settings: Settings) -> None:
    """Raise UnknownName before any photo is read."""
    if settings.language != "auto":
        catalogue.language(settings.language)
    if settings.platform != "auto":
        catalogue.platform(settings.platform)
    catalogue.style(settings.style)
    catalogue.provider(settings.provider)


@contextmanager
def _errors_shown(context: typer.Context, debug: bool) -> Iterator[None]:
    try:
        yield
    except EmotiGramError as error:
        Screen(_language_of_errors(context), debug=debug).show_error(error)
        raise typer.Exit(error.exit_code) from None


def _language_of_errors(context: typer.Context) -> str:
    try:
        return interface_language(load_settings(interface=context.obj).interface)
    except SettingsError:  # the settings may be the very thing that is wrong
        return interface_language(context.obj or "auto")
