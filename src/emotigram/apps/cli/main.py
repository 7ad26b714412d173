"""The command line: caption, read, serve, mcp, doctor, evaluate, keys, models, train, trust."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from emotigram import __version__, catalogue
from emotigram.apps.cli import evaluate, keys, models, train, trust
from emotigram.apps.cli.command import Debug, errors_shown, help_text
from emotigram.apps.cli.hints import hint_asked, hint_once
from emotigram.apps.cli.terminal import Terminal, print_json
from emotigram.assembly import choose_engine, open_studio
from emotigram.domain import Reading, SentimentLabel, Wishes
from emotigram.errors import PhotoError, SettingsError
from emotigram.imaging.batches import in_batches, open_photos
from emotigram.imaging.photos import start_decoding
from emotigram.registry import engine_named
from emotigram.settings import Settings, load_settings
from emotigram.studio import Studio
from emotigram.texts import interface_language, say

app = typer.Typer(
    name="emotigram",
    help=help_text("app"),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(evaluate.app, name="evaluate", help=help_text("evaluate.app"))
app.add_typer(keys.app, name="keys", help=help_text("keys.app"))
app.add_typer(models.app, name="models", help=help_text("models.app"))
app.add_typer(train.app, name="train", help=help_text("train.app"))
app.command("trust", help=help_text("trust.app"))(trust.trust_file)

Photos = Annotated[list[Path], typer.Argument(help=help_text("photos"), metavar="PHOTO", show_default=False)]
Words = Annotated[str, typer.Option("--text", help=help_text("text"), show_default=False)]
Engine = Annotated[str | None, typer.Option("--engine", "-e", metavar="NAME", help=help_text("engine"))]
AsJson = Annotated[bool, typer.Option("--json", help=help_text("json"))]


def _name_option(kind: catalogue.Kind) -> Any:
    """An option that takes a key of the catalogue: of "styles", ``--style`` and ``-s``."""
    name = kind.removesuffix("s")
    return typer.Option(
        *(f"--{name}", f"-{name[0]}"),
        metavar="NAME",
        help=help_text(name),
        autocompletion=lambda: list(catalogue.keys(kind)),
    )


def _print_version(asked: bool) -> None:
    if asked:
        print(f"emotigram {__version__}")
        raise typer.Exit


@app.callback()
def start(
    context: typer.Context,
    interface: Annotated[
        Literal["en", "zh"] | None, typer.Option(help=help_text("interface"), show_default=False)
    ] = None,
    show_version: Annotated[  # noqa: ARG001  # its callback has done the work
        bool, typer.Option("--version", help=help_text("version"), is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Take the options that stand before the command."""
    context.obj = interface
    trust.ask_once(context)


@app.command(help=help_text("caption"))
def caption(  # noqa: PLR0913  # one argument an option
    context: typer.Context,
    photos: Photos,
    platform: Annotated[str | None, _name_option("platforms")] = None,
    language: Annotated[str | None, _name_option("languages")] = None,
    style: Annotated[str | None, _name_option("styles")] = None,
    tone: Annotated[SentimentLabel | None, typer.Option(help=help_text("tone"), metavar="TONE")] = None,
    text: Words = "",
    seed: Annotated[int | None, typer.Option(help=help_text("seed"), metavar="NUMBER", min=0)] = None,
    past_posts: Annotated[
        list[str] | None, typer.Option("--past-post", help=help_text("past_post"), metavar="TEXT")
    ] = None,
    revision: Annotated[str | None, _name_option("revisions")] = None,
    previous: Annotated[str, typer.Option(help=help_text("previous"), metavar="TEXT", show_default=False)] = "",
    writer: Annotated[str | None, typer.Option(help=help_text("writer"), metavar="NAME")] = None,
    provider: Annotated[str | None, typer.Option(help=help_text("provider"), metavar="NAME")] = None,
    base_url: Annotated[str | None, typer.Option(help=help_text("base_url"), metavar="URL")] = None,
    model: Annotated[str | None, typer.Option(help=help_text("model"), metavar="NAME")] = None,
    candidates: Annotated[
        int | None, typer.Option(help=help_text("candidates"), metavar="NUMBER", min=1, max=8, show_default=False)
    ] = None,
    budget: Annotated[float | None, typer.Option(help=help_text("budget"), metavar="AMOUNT", min=0)] = None,
    explain: Annotated[bool, typer.Option("--explain", help=help_text("explain"))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=help_text("dry_run"))] = False,
    engine: Engine = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Read photos and write a post for each."""
    with errors_shown(context, debug):
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
            captioner=engine,
            candidates=candidates,
            budget=budget,
        )
        wishes = Wishes(tone=tone, past_posts=past_posts or (), revision=revision, previous=previous)
        _check_names(settings, wishes)
        language = interface_language(settings.interface)
        screen = Terminal(language, as_json=as_json, debug=debug, photos=len(photos), explain=explain)
        if dry_run:
            _plan(photos, settings, screen, text, wishes)
        else:
            studio = _open_studio(settings)
            _work_through(
                photos,
                studio,
                screen,
                text,
                lambda read: screen.show(read, screen.last_of(studio.stream(read, **wishes))),
            )
            if not as_json:
                hint_once(settings, language)


@app.command(help=help_text("read"))
def read(  # noqa: PLR0913
    context: typer.Context,
    photos: Photos,
    text: Words = "",
    engine: Engine = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Read photos without writing posts."""
    with errors_shown(context, debug):
        # No writer is used, so a missing key must not stand in the way.
        settings = load_settings(interface=context.obj, writer="embedded", captioner=engine)
        language = interface_language(settings.interface)
        screen = Terminal(language, as_json=as_json, debug=debug, photos=len(photos))
        _work_through(photos, _open_studio(settings), screen, text, lambda read: screen.show(read, None))
        if not as_json:
            hint_once(settings, language)


@app.command(help=help_text("serve"))
def serve(  # noqa: PLR0913
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help=help_text("host"), metavar="ADDRESS", show_default=False)] = None,
    port: Annotated[
        int | None, typer.Option(help=help_text("port"), metavar="NUMBER", min=1, max=65535, show_default=False)
    ] = None,
    page: Annotated[bool, typer.Option("--page/--no-page", help=help_text("page"))] = True,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help=help_text("open"))] = True,
    engine: Engine = None,
    debug: Debug = False,
) -> None:
    """Serve the web page and the REST API."""
    with errors_shown(context, debug):
        settings = load_settings(interface=context.obj, captioner=engine, host=host, port=port)
        from emotigram.apps.serve import serve as serve_all  # noqa: PLC0415  # FastAPI is an optional part

        serve_all(settings, page=page, open_browser=open_browser)


@app.command(help=help_text("mcp"))
def mcp(context: typer.Context, engine: Engine = None, debug: Debug = False) -> None:
    """Answer an assistant over stdin and stdout."""
    with errors_shown(context, debug):
        settings = load_settings(interface=context.obj, captioner=engine)
        from emotigram.apps.mcp_server import serve_stdio  # noqa: PLC0415  # an optional part

        serve_stdio(settings)


@app.command(help=help_text("doctor"))
def doctor(context: typer.Context, as_json: AsJson = False, debug: Debug = False) -> None:
    """Say what can be used."""
    from emotigram.apps.cli.doctor import examine, show  # noqa: PLC0415  # package metadata is slow to read

    with errors_shown(context, debug):
        settings = load_settings(interface=context.obj)
        language = interface_language(settings.interface)
        findings = examine(settings, language)
        if as_json:
            print_json({"version": __version__, "findings": [asdict(each) for each in findings]})
        else:
            show(findings, language)
            hint_asked(settings, language)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a file name or a narrow locale must not end a run
    app(prog_name="emotigram")


def _plan(paths: list[Path], settings: Settings, screen: Terminal, text: str, wishes: Wishes) -> None:
    """Show what would be sent to a chat model; sends nothing, photos neither."""
    # the chat library is slow to load
    from emotigram.chat.server import keyless  # noqa: PLC0415
    from emotigram.writers.chat.writer import plan  # noqa: PLC0415

    if settings.writer == "embedded":
        raise SettingsError(detail=say("cli.plan_needs_chat", screen.language))
    captioner, _ = choose_engine("captioner", settings)
    if engine_named("captioner", captioner).sends_photos:
        captioner = "embedded"
    asking = keyless(settings).model_copy(update={"writer": "chat", "captioner": captioner})
    studio = _open_studio(asking)
    _work_through(
        paths,
        studio,
        screen,
        text,
        lambda read: screen.show_plan(read, plan(studio.brief(read, **wishes), asking)),
    )


def _open_studio(settings: Settings) -> Studio:
    start_decoding()  # beside the engines, which take as long to load
    return open_studio(settings)


def _work_through(
    paths: list[Path], studio: Studio, screen: Terminal, text: str, show: Callable[[Reading], None]
) -> None:
    """Read photos in batches and show each; those that cannot be read are told of and end the command at last."""
    failures: list[PhotoError] = []

    def fail(error: PhotoError) -> None:
        failures.append(error)
        screen.show_failure(error)

    with screen:
        for batch in in_batches(open_photos(paths, studio.settings.photo_limits, fail)):
            for reading in studio.read_many(batch, [text] * len(batch)):
                show(reading)
    if failures:
        raise typer.Exit(failures[0].exit_code)


def _check_names(settings: Settings, wishes: Wishes) -> None:
    """Raise UnknownName before any photo is read."""
    catalogue.check_wishes({**wishes, "platform": settings.platform, "language": settings.language})
    catalogue.style(settings.style)
    catalogue.provider(settings.provider)
