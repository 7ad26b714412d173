"""``emotigram train``: models of one's own."""

from __future__ import annotations

import typer

from emotigram.apps.cli.command import help_text
from emotigram.apps.cli.train_compare import compare
from emotigram.apps.cli.train_lora import captioner_lora
from emotigram.apps.cli.train_sentiment import sentiment

app = typer.Typer(no_args_is_help=True)
app.command(help=help_text("train_sentiment.app"))(sentiment)
app.command("captioner-lora", help=help_text("train_lora.app"))(captioner_lora)
app.command(help=help_text("train_compare.app"))(compare)
