"""Options that the commands of ``emotigram train`` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from emotigram.apps.cli.command import help_text


def _help(key: str) -> str:
    return help_text(f"train.{key}")


Out = Annotated[Path, typer.Option("--out", metavar="DIR", help=_help("out"))]
ConfigFile = Annotated[Path | None, typer.Option("--config", metavar="FILE", help=_help("config"))]
Assigned = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help=_help("set"))]
Epochs = Annotated[int | None, typer.Option("--epochs", metavar="N", help=_help("epochs"))]
BatchSize = Annotated[int | None, typer.Option("--batch-size", metavar="N", help=_help("batch_size"))]
Rate = Annotated[float | None, typer.Option("--learning-rate", metavar="RATE", help=_help("learning_rate"))]
Accumulate = Annotated[int | None, typer.Option("--accumulate", metavar="N", help=_help("accumulate"))]
Precision = Annotated[str | None, typer.Option("--precision", metavar="KIND", help=_help("precision"))]
Checkpointing = Annotated[
    bool | None, typer.Option("--gradient-checkpointing", help=_help("gradient_checkpointing"), show_default=False)
]
Patience = Annotated[int | None, typer.Option("--patience", metavar="N", help=_help("patience"))]
Seed = Annotated[int | None, typer.Option("--seed", metavar="N", help=_help("seed"))]
Fresh = Annotated[bool, typer.Option("--fresh", help=_help("fresh"))]
DryRun = Annotated[bool, typer.Option("--dry-run", help=_help("dry_run"))]
