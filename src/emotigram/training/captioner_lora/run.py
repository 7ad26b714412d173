"""A LoRA run from data and weights to an adapter that its engine has loaded."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from accelerate import Accelerator
from peft import LoraConfig

from emotigram.errors import SettingsError
from emotigram.settings import Settings
from emotigram.texts import interface_language, say
from emotigram.training.accelerator import new_accelerator
from emotigram.training.captioner_lora.adapter_files import write_adapter, write_merged
from emotigram.training.captioner_lora.config import CaptionerLoraConfig
from emotigram.training.captioner_lora.data import CaptionData, check_photos, read_examples
from emotigram.training.captioner_lora.learner import Learner, load_learner
from emotigram.training.captioner_lora.lora import add_lora
from emotigram.training.captioner_lora.task import CaptionTask
from emotigram.training.dry_run import RunSize, measure_run
from emotigram.training.loop import Progress, fit
from emotigram.training.run_folder import RunFolder, write_json

_PACKAGES = ("accelerate", "emotigram", "peft", "torch", "transformers")
_DTYPES = {"no": "fp32"}
_MOST_RETWEETS = 0.01


@dataclass(frozen=True, slots=True)
class _Run:
    config: CaptionerLoraConfig
    data: CaptionData
    learner: Learner
    lora: LoraConfig
    task: CaptionTask


def measure_captioner_lora(config: CaptionerLoraConfig, data: Path, settings: Settings) -> RunSize:
    """What a run would take, without learning or writing anything; raises DataError and EngineError."""
    return measure_run(_prepare(config, data, settings, new_accelerator(config)).task, config)


def train_captioner_lora(
    config: CaptionerLoraConfig, data: Path, out: Path, settings: Settings, *, fresh: bool = False
) -> dict[str, Any]:
    """Train, or go on with, an adapter in ``out``/adapter; returns what ``out``/result.json holds.

    Raises SettingsError, DataError, EngineError and TrainingError; ``fresh`` begins anew.
    """
    accelerator = new_accelerator(config)
    run = _prepare(config, data, settings, accelerator)
    folder = RunFolder(out)
    if accelerator.is_main_process:
        about = {"task": run.task.title, "data": run.data.table.path.name, "sha256": run.data.table.sha256}
        folder.open(about | config.model_dump(mode="json"), fresh=fresh)
    accelerator.wait_for_everyone()
    progress = fit(run.task, config, folder)
    result = _result(run, progress, interface_language(settings.interface))
    if accelerator.is_main_process:
        _write(run, out, result)
    accelerator.wait_for_everyone()
    return result


def _prepare(config: CaptionerLoraConfig, data: Path, settings: Settings, accelerator: Accelerator) -> _Run:
    examples = read_examples(data, config)
    language = interface_language(settings.interface)
    check_photos(examples, settings.photo_limits, say("train.lora.checking", language))
    precision = accelerator.mixed_precision
    place = {"device": str(accelerator.device), "dtype": _DTYPES.get(precision, precision)}
    learner = load_learner(config, settings.model_copy(update=place))
    if config.merge and (learner.engine == "blip2" or config.quantization != "none"):
        raise SettingsError(detail=f"merge: {learner.engine}, quantization={config.quantization}")
    lora = add_lora(learner, config)
    return _Run(config, examples, learner, lora, CaptionTask(learner, examples, config, settings.photo_limits))


def _result(run: _Run, progress: Progress, language: str) -> dict[str, Any]:
    data, table = run.data, run.data.table
    share = progress.best["starts_with_rt"]
    warnings = [say("train.lora.retweets", language, share=share)] if share >= _MOST_RETWEETS else []
    return {
        "engine": run.learner.engine,
        "base": run.learner.name,
        "figures": progress.best,
        "best_epoch": progress.best_epoch,
        "epochs": progress.epoch,
        "steps": progress.steps,
        "merged": run.config.merge,
        "warnings": warnings,
        "data": {
            "file": table.path.name,
            "sha256": table.sha256,
            "photos": data.photos,
            "training_rows": len(data.train),
            "validation_rows": len(data.validation),
            "cleaned": data.cleaned,
            "left_out": data.left_out,
        },
        "seed": run.config.seed,
        "versions": {package: version(package) for package in _PACKAGES},
    }


def _write(run: _Run, out: Path, result: dict[str, Any]) -> None:
    """Write the adapter and, last, the result: where that is, all is there."""
    batch = run.task.examples(run.data.validation[: run.config.batch_size])
    adapter = write_adapter(run.learner, run.lora, batch, out / "adapter")
    if run.config.merge:
        write_merged(run.learner, adapter, out / "merged")
    write_json(out / "result.json", result)
