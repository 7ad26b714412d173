"""A run of ``emotigram train sentiment``: from data and config to a calibrated, measured and exported model."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch

from emotigram.evaluation import plots
from emotigram.evaluation.report import describe_machine
from emotigram.evaluation.sentiment_metrics import class_figures
from emotigram.settings import Settings
from emotigram.training.accelerator import new_accelerator
from emotigram.training.dry_run import RunSize, measure_run
from emotigram.training.multimodal.build import Built, build_encoders, build_model
from emotigram.training.multimodal.config import SentimentConfig
from emotigram.training.multimodal.data import LABELS, Dataset
from emotigram.training.multimodal.export import export_model
from emotigram.training.multimodal.learn import PACKAGES, Learned, checksums, dataset_of, learn, shares
from emotigram.training.multimodal.task import SentimentTask
from emotigram.training.run_folder import RunFolder, write_json

_SIDES = ("text", "image", "fused")


def measure_sentiment(config: SentimentConfig, data: Path, settings: Settings) -> RunSize:
    """What a run would take, without learning or writing anything; raises DataError and EngineError."""
    config = config.with_fusion()
    built = build_model(config, build_encoders(config, dataset_of(config, data), settings))
    return measure_run(SentimentTask(config, built.model, built.train, built.validation), config)


def train_sentiment(
    config: SentimentConfig, data: Path, out: Path, settings: Settings, *, fresh: bool = False
) -> dict[str, Any]:
    """Train, or go on with, a model in ``out``; returns what ``out``/result.json holds.

    Raises SettingsError, DataError, EngineError and TrainingError; ``fresh`` begins anew.
    """
    config = config.with_fusion()
    accelerator = new_accelerator(config)
    found = dataset_of(config, data)
    built = build_model(config, build_encoders(config, found, settings))
    folder = RunFolder(out)
    if accelerator.is_main_process:
        folder.open(checksums(found) | config.model_dump(mode="json"), fresh=fresh)
    accelerator.wait_for_everyone()
    result = _result(config, found, built, learn(built, config, found, folder))
    if accelerator.is_main_process:
        export_model(built.model, found, built, result, out / "export", settings)
        _draw(out, result["figures"]["fused"], config.fusion)
        write_json(out / "result.json", result)  # the last: where it is, all is there
    accelerator.wait_for_everyone()
    return result


def _result(config: SentimentConfig, data: Dataset, built: Built, learned: Learned) -> dict[str, Any]:
    outcome, progress, judged = learned
    truth = [LABELS[at] for at in outcome.truth]
    figures = {
        name: class_figures(truth, shares(each).astype(np.float64), LABELS)
        for name, each in zip(_SIDES, judged, strict=True)
    }
    return {
        "data": {
            "key": data.key,
            "title": data.title,
            **checksums(data),
            "rows": {"train": len(built.train), "validation": len(built.validation), "held_out": len(built.held_out)},
        },
        "config": config.model_dump(mode="json"),
        "best_epoch": progress.best_epoch,
        "epochs": progress.epoch,
        "validation": progress.best,
        "figures": figures,
        "ece_before_calibration": class_figures(truth, outcome.raw.astype(np.float64), LABELS)["calibration"]["ece"],
        "temperatures": dict(zip(_SIDES, torch.exp(built.model.log_temperature).tolist(), strict=True)),
        "parameters": outcome.parameters,
        "seconds": round(outcome.seconds, 1),
        "machine": describe_machine(),
        "versions": {package: version(package) for package in PACKAGES},
    }


def _draw(out: Path, figures: Mapping[str, Any], title: str) -> None:
    plots.draw_confusion(out / "confusion.png", figures, title)
    plots.draw_reliability(out / "reliability.png", figures, title)
