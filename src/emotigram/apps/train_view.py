"""What ``emotigram train`` shows of a run before it begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.filesize import decimal
from rich.table import Table
from rich.text import Text

from emotigram.apps.render import printable
from emotigram.texts import say

if TYPE_CHECKING:
    from emotigram.training.dry_run import RunSize  # torch may be missing

_MEMORY = ("weights", "gradients", "optimiser", "activations", "total", "checkpoint")


def show_run_size(size: RunSize, language: str) -> None:
    """Print parts, steps and memory of a run to stdout."""
    console = Console(highlight=False, markup=False, emoji=False)
    parts = _table(*(say(f"train.size.{head}", language) for head in ("part", "parameters", "trained")))
    for name, parameters, trained in size.parts:
        parts.add_row(Text(printable(name)), f"{parameters:,}", f"{trained:,}")
    memory = _table(say("train.size.memory", language), "")
    for name in _MEMORY:
        memory.add_row(say(f"train.size.{name}", language), decimal(getattr(size, name)))
    console.print(parts)
    console.print(say("train.size.rows", language, rows=size.rows), soft_wrap=True)
    steps = say("train.size.steps", language, batches=size.batches, steps=size.steps, precision=size.precision)
    console.print(steps, soft_wrap=True)
    console.print(memory)


def _table(*heads: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for at, head in enumerate(heads):
        table.add_column(head, justify="right" if at else "left")
    return table
