"""``emotigram train sentiment``: a model that judges photo and text together, calibrated, measured and exported."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from emotigram.apps.cli import train_options as options
from emotigram.apps.cli.command import Debug, errors_shown, help_text
from emotigram.apps.cli.models_view import tell
from emotigram.apps.cli.train_view import show_figures, show_run_size
from emotigram.apps.extras import extra_needed
from emotigram.settings import load_settings
from emotigram.texts import interface_language


def _help(key: str) -> str:
    return help_text(f"train_sentiment.{key}")


Data = Annotated[Path, typer.Option("--data", metavar="DIR", help=_help("data"))]
DatasetName = Annotated[str | None, typer.Option("--dataset", metavar="NAME", help=_help("dataset"))]
TextEncoder = Annotated[str | None, typer.Option("--text-encoder", metavar="NAME", help=_help("text_encoder"))]
ImageEncoder = Annotated[str | None, typer.Option("--image-encoder", metavar="NAME", help=_help("image_encoder"))]
FusionName = Annotated[str | None, typer.Option("--fusion", metavar="NAME", help=_help("fusion"))]
ClassWeights = Annotated[float | None, typer.Option("--class-weights", metavar="POWER", help=_help("class_weights"))]


def sentiment(  # noqa: PLR0913  # one argument an option
    context: typer.Context,
    data: Data,
    out: options.Out,
    dataset: DatasetName = None,
    config: options.ConfigFile = None,
    text_encoder: TextEncoder = None,
    image_encoder: ImageEncoder = None,
    fusion: FusionName = None,
    class_weights: ClassWeights = None,
    epochs: options.Epochs = None,
    batch_size: options.BatchSize = None,
    learning_rate: options.Rate = None,
    accumulate: options.Accumulate = None,
    precision: options.Precision = None,
    gradient_checkpointing: options.Checkpointing = None,
    patience: options.Patience = None,
    seed: options.Seed = None,
    assigned: options.Assigned = None,
    fresh: options.Fresh = False,
    dry_run: options.DryRun = False,
    debug: Debug = False,
) -> None:
    """Train a sentiment model."""
    flags = {
        "dataset": dataset,
        "text_encoder": text_encoder,
        "image_encoder": image_encoder,
        "fusion": fusion,
        "class_weights": class_weights,
        "epochs": epochs,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "accumulate": accumulate,
        "precision": precision,
        "gradient_checkpointing": gradient_checkpointing,
        "patience": patience,
        "seed": seed,
    }
    with errors_shown(context, debug):
        settings = load_settings(interface=context.obj)
        language = interface_language(settings.interface)
        with extra_needed("train"):
            # torch takes seconds to load, and no other command needs it
            from accelerate import PartialState  # noqa: PLC0415

            from emotigram.training.multimodal.config import SentimentConfig  # noqa: PLC0415
            from emotigram.training.multimodal.run import measure_sentiment, train_sentiment  # noqa: PLC0415
            from emotigram.training.run_config import load_config  # noqa: PLC0415
        chosen = load_config(SentimentConfig, config, assigned or (), **flags)
        if dry_run:
            size = measure_sentiment(chosen, data, settings)
            if PartialState().is_main_process:
                show_run_size(size, language)
            return
        result = train_sentiment(chosen, data, out, settings, fresh=fresh)
        if PartialState().is_main_process:
            show_figures(result, language)
            tell("train.sentiment.done", language, path=out / "export", epoch=result["best_epoch"])
            tell("train.sentiment.use", language, path=out / "export")
