"""``emotigram train compare``: fusion strategies and controls with several seeds on one data set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from emotigram.apps.cli import train_options as options
from emotigram.apps.cli.command import Debug, errors_shown, help_text
from emotigram.apps.cli.models_view import tell
from emotigram.apps.cli.train_sentiment import Data, DatasetName, ImageEncoder, TextEncoder
from emotigram.apps.cli.train_view import show_comparison
from emotigram.apps.extras import extra_needed
from emotigram.settings import load_settings
from emotigram.texts import interface_language


def _help(key: str) -> str:
    return help_text(f"train_compare.{key}")


Strategies = Annotated[str | None, typer.Option("--strategies", metavar="NAMES", help=_help("strategies"))]
Seeds = Annotated[int, typer.Option("--seeds", metavar="N", min=1, help=_help("seeds"))]
Folds = Annotated[int | None, typer.Option("--folds", metavar="N", min=2, help=_help("folds"))]
Results = Annotated[Path | None, typer.Option("--results", metavar="FILE", help=_help("results"))]
Section = Annotated[str | None, typer.Option("--section", metavar="NAME", help=_help("section"))]


def compare(  # noqa: PLR0913  # one argument an option
    context: typer.Context,
    data: Data,
    out: options.Out,
    dataset: DatasetName = None,
    strategies: Strategies = None,
    seeds: Seeds = 4,
    folds: Folds = None,
    config: options.ConfigFile = None,
    text_encoder: TextEncoder = None,
    image_encoder: ImageEncoder = None,
    assigned: options.Assigned = None,
    results: Results = None,
    section: Section = None,
    fresh: options.Fresh = False,
    debug: Debug = False,
) -> None:
    """Compare fusion strategies."""
    flags = {"dataset": dataset, "folds": folds, "text_encoder": text_encoder, "image_encoder": image_encoder}
    with errors_shown(context, debug):
        settings = load_settings(interface=context.obj)
        language = interface_language(settings.interface)
        with extra_needed("train"):
            # torch takes seconds to load, and no other command needs it
            from emotigram.training.multimodal.compare import compare_strategies, strategies_of  # noqa: PLC0415
            from emotigram.training.multimodal.config import SentimentConfig  # noqa: PLC0415
            from emotigram.training.run_config import load_config  # noqa: PLC0415
        chosen = load_config(SentimentConfig, config, assigned or (), **flags)
        report = compare_strategies(
            chosen, data, strategies_of(strategies), seeds, out, settings, results=results, key=section, fresh=fresh
        )
        show_comparison(report, language)
        tell("train.compare.report", language, path=out / "report")
