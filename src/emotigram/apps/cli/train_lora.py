"""``emotigram train captioner-lora``: an adapter that gives a captioner the voice of the captions it is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from emotigram.apps.cli import train_options as options
from emotigram.apps.cli.command import Debug, errors_shown, help_text
from emotigram.apps.cli.models_view import tell
from emotigram.apps.cli.printable import printable
from emotigram.apps.cli.train_view import show_run_size
from emotigram.apps.extras import extra_needed
from emotigram.settings import load_settings
from emotigram.texts import interface_language


def _help(key: str) -> str:
    return help_text(f"train_lora.{key}")


Data = Annotated[Path, typer.Option("--data", metavar="FILE_OR_DIR", help=_help("data"))]
Model = Annotated[str | None, typer.Option("--model", metavar="NAME", help=_help("model"))]
Rank = Annotated[int | None, typer.Option("--rank", metavar="N", help=_help("rank"))]
Targets = Annotated[list[str] | None, typer.Option("--target-modules", metavar="NAME", help=_help("target_modules"))]
Quantization = Annotated[str | None, typer.Option("--quantization", metavar="KIND", help=_help("quantization"))]


def captioner_lora(  # noqa: PLR0913  # one argument an option
    context: typer.Context,
    data: Data,
    out: options.Out,
    config: options.ConfigFile = None,
    model: Model = None,
    rank: Rank = None,
    target_modules: Targets = None,
    quantization: Quantization = None,
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
    """Train an adapter."""
    flags = {
        "model": model,
        "rank": rank,
        "target_modules": tuple(target_modules) if target_modules else None,
        "quantization": quantization,
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
            # torch and transformers take seconds to load, and no other command needs them
            from accelerate import PartialState  # noqa: PLC0415

            from emotigram.training.captioner_lora.config import CaptionerLoraConfig  # noqa: PLC0415
            from emotigram.training.captioner_lora.run import (  # noqa: PLC0415
                measure_captioner_lora,
                train_captioner_lora,
            )
            from emotigram.training.run_config import load_config  # noqa: PLC0415
        chosen = load_config(CaptionerLoraConfig, config, assigned or (), **flags)
        if dry_run:
            size = measure_captioner_lora(chosen, data, settings)
            if PartialState().is_main_process:
                show_run_size(size, language)
            return
        result = train_captioner_lora(chosen, data, out, settings, fresh=fresh)
        if PartialState().is_main_process:
            _show_result(result, out, language)


def _show_result(result: dict[str, Any], out: Path, language: str) -> None:
    rows = result["data"]
    counts = {"training": rows["training_rows"], "validation": rows["validation_rows"]}
    counts |= {name: rows[name] for name in ("photos", "cleaned", "left_out")}
    tell("train.lora.rows", language, **counts)
    loss, epoch = result["figures"]["loss"], result["best_epoch"]
    tell("train.lora.done", language, path=out / "adapter", loss=loss, epoch=epoch)
    if result["engine"] == "blip2":
        tell("train.lora.use", language, model=result["base"], path=out / "adapter")
    if result["merged"]:
        tell("train.lora.merged", language, path=out / "merged")
    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    for warning in result["warnings"]:
        console.print(Text(printable(warning)), soft_wrap=True)
