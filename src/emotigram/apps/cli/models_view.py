"""What ``emotigram models`` shows: results to stdout, progress to stderr."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Literal

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table
from rich.text import Text

from emotigram.apps.cli.printable import one_line, printable
from emotigram.texts import say
from emotigram.weights.upkeep import Holding

if TYPE_CHECKING:
    from emotigram.weights.pull import Download  # huggingface_hub may be missing

_HEADS = ("name", "engine", "parameters", "size", "languages", "licence", "state")
_COMMIT_SHOWN = 12


class ByteBar:
    """A watcher that shows how far the current file is; a context manager, silent where stderr is no terminal."""

    def __init__(self, language: str) -> None:
        self._language = language
        console = Console(stderr=True, highlight=False, markup=False, emoji=False)
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> ByteBar:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def start(self, job: Literal["checking", "fetching"], file: str, total: int, done: int = 0) -> None:
        """Show another file."""
        for task in self._progress.task_ids:
            self._progress.remove_task(task)
        self._progress.add_task(say(f"models.{job}", self._language, file=file), total=total, completed=done)

    def advance(self, count: int) -> None:
        """Move the bar on."""
        self._progress.advance(self._progress.task_ids[-1], count)


def show_holdings(holdings: Sequence[Holding], folder: str, language: str) -> None:
    """Print a table of weights and the store's folder."""
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold")
    for head in _HEADS:
        table.add_column(say(f"models.{head}", language), no_wrap=head != "name", overflow="fold")
    for each in holdings:
        parameters = f"{each.parameters_b:g} B" if each.parameters_b is not None else ""
        state = say(f"models.states.{each.state}", language)
        cells = (
            each.name,
            each.engine,
            parameters,
            decimal(each.size),
            " ".join(each.languages),
            one_line(each.licence),
            state,
        )
        table.add_row(*(Text(printable(cell)) for cell in cells))
    _console().print(table)
    tell("models.plan.folder", language, value=folder)


def show_download(download: Download, language: str) -> None:
    """Print what would be fetched, from where to where, how much and under which licence."""
    commit = download.record.commit[:_COMMIT_SHOWN]
    tell("models.plan.weights", language, value=f"{one_line(download.record.repo)} {commit}")
    tell("models.plan.hub", language, value=one_line(download.hub.host))
    tell("models.plan.size", language, size=decimal(download.record.size), missing=decimal(download.missing_bytes))
    tell("models.plan.folder", language, value=download.folder)
    tell("models.plan.licence", language, value=one_line(download.licence) or say("models.unknown", language))
    if download.is_pickled:
        tell("models.pickled", language)


def tell(key: str, language: str, **values: object) -> None:
    """Print a sentence to stdout."""
    _console().print(Text(printable(say(key, language, **values))), soft_wrap=True)


def tell_error(key: str, language: str, **values: object) -> None:
    """Print a sentence to stderr."""
    _console(stderr=True).print(Text(printable(say(key, language, **values))), soft_wrap=True)


def ask(yes: bool, language: str, *, question: str, nobody: str, no: str, **values: object) -> None:
    """Go on only where the user agrees; exit code 1 where not, 2 where nobody is there to be asked."""
    if yes:
        return
    if not sys.stdin.isatty():
        tell_error(nobody, language, **values)
        raise typer.Exit(2)
    if not typer.confirm(question, err=True):
        tell_error(no, language)
        raise typer.Exit(1)


def _console(*, stderr: bool = False) -> Console:
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)
