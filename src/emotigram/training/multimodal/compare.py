"""``emotigram train compare``: fusion strategies and controls, each with several seeds, on the same rows of one set."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from emotigram.errors import UnknownName
from emotigram.evaluation.report import describe_machine
from emotigram.settings import Settings
from emotigram.training.multimodal.build import Encoders, build_encoders, build_model
from emotigram.training.multimodal.compare_report import write_comparison
from emotigram.training.multimodal.config import SentimentConfig
from emotigram.training.multimodal.data import Dataset
from emotigram.training.multimodal.encoders import image_encoder_of
from emotigram.training.multimodal.learn import PACKAGES, checksums, dataset_of, learn
from emotigram.training.multimodal.outcomes import Outcome
from emotigram.training.multimodal.results_page import checked_key, put_into_results
from emotigram.training.multimodal.sources import DATASETS
from emotigram.training.multimodal.strategies import CONTROLS, STRATEGIES
from emotigram.training.run_folder import RunFolder

_PROTOCOLS = {
    "halves": "One half of the set's validation file is held out, the other stops and calibrates; the seeds alternate.",
    "folds": "Cross-validation: each seed holds out another fold; of the rest a part stops and calibrates.",
    "tenth": "Every tenth row is held out; of the rest a part, another one for each seed, stops and calibrates.",
    "folder": "The set's own parts, or else every tenth row, are held out; other rows stop and calibrate.",
}


def strategies_of(names: str | None) -> tuple[str, ...]:
    """Strategies by their names with commas between, and always the controls; all for None. Raises UnknownName."""
    asked = [name.strip() for name in names.split(",") if name.strip()] if names else list(STRATEGIES)
    for name in asked:
        if name not in STRATEGIES:
            raise UnknownName(kind="fusion strategy", name=name, known=", ".join(STRATEGIES))
    return tuple(dict.fromkeys([*asked, *CONTROLS]))


def compare_strategies(  # one argument an option
    config: SentimentConfig,
    data: Path,
    strategies: Sequence[str],
    seeds: int,
    out: Path,
    settings: Settings,
    *,
    results: Path | None = None,
    key: str | None = None,
    fresh: bool = False,
) -> dict[str, Any]:
    """Train each strategy with seeds 0, 1, …, and write ``out``/report; returns what ``report.json`` holds.

    With ``config.folds`` seed n holds out fold n mod folds. What was trained before is not trained again. ``results``
    is a page whose section ``key`` is written too. Raises SettingsError, DataError, EngineError and TrainingError.
    """
    section = checked_key(key or config.dataset)
    folder = RunFolder(out)
    first = dataset_of(_of_seed(config, 0), data)
    folder.open(checksums(first) | config.model_dump(mode="json"), fresh=fresh)
    (out / "outcomes").mkdir(exist_ok=True)
    outcomes = _train_all(config, data, strategies, seeds, out / "outcomes", settings)
    about = _about(config, first, strategies, seeds)
    report = write_comparison(out / "report", f"Fusion strategies on {first.title}", about, outcomes)
    if results is not None:
        put_into_results(results, section, report["comparison"], about)
    return report


def _train_all(
    config: SentimentConfig, data: Path, strategies: Sequence[str], seeds: int, folder: Path, settings: Settings
) -> list[Outcome]:
    outcomes = []
    seen: dict[int, Tensor] = {}  # photos look the same to every seed
    with tqdm(total=seeds * len(strategies), desc=config.dataset, disable=None) as bar:
        for seed in range(seeds):
            maker = _Maker(_of_seed(config, seed), data, settings, seen)
            for strategy in strategies:
                bar.set_postfix_str(f"{strategy}, seed {seed}")
                path = folder / f"{strategy}-{seed}.npz"
                if not path.exists():
                    maker.train(strategy).save(path)
                outcomes.append(Outcome.load(path))
                bar.update()
    return outcomes


class _Maker:
    """Trains strategies with one seed; encoders are built once, and each strategy begins with them as they were."""

    def __init__(self, config: SentimentConfig, data: Path, settings: Settings, seen: dict[int, Tensor]) -> None:
        self._config, self._data, self._settings, self._seen = config, data, settings, seen
        self._dataset: Dataset | None = None
        self._encoders: Encoders | None = None

    def train(self, strategy: str) -> Outcome:
        """Train one strategy and return its outcome."""
        if self._dataset is None:
            self._dataset = dataset_of(self._config, self._data)
        if self._encoders is None:
            torch.manual_seed(self._config.seed)
            self._encoders = build_encoders(self._config, self._dataset, self._settings, self._seen)
        config = self._config.model_copy(update={"fusion": strategy})
        encoders = self._encoders if self._encoders.are_frozen else deepcopy(self._encoders)
        return learn(build_model(config, encoders), config, self._dataset).outcome


def _of_seed(config: SentimentConfig, seed: int) -> SentimentConfig:
    fold = seed % config.folds if config.folds else -1
    return config.model_copy(update={"seed": seed, "fold": fold})


def _about(config: SentimentConfig, data: Dataset, strategies: Sequence[str], seeds: int) -> dict[str, Any]:
    options = "".join(f" --set {name}={value}" for name, value in _changed(config).items())
    return {
        "data": data.key,
        "title": data.title,
        **checksums(data),
        "rows": {"train": len(data.train), "validation": len(data.validation), "held out": len(data.held_out)},
        "encoders": {"text": _named(config.text_encoder), "image": _named(image_encoder_of(config, data))},
        "config": config.model_dump(mode="json"),
        "machine": describe_machine(),
        "versions": {package: version(package) for package in PACKAGES},
        "seeds": list(range(seeds)),
        "protocol": _PROTOCOLS[_protocol(config, data)],
        "command": f"emotigram train compare --dataset {data.key} --data DIR --seeds {seeds}"
        + f" --strategies {','.join(strategies)}{options}",
    }


def _changed(config: SentimentConfig) -> dict[str, Any]:
    left_out = {"dataset", "fusion", "seed", "fold"}
    values = config.model_dump(mode="json", exclude_defaults=True, exclude=left_out)
    return {name: _named(value) if isinstance(value, str) else value for name, value in values.items()}


def _named(encoder: str) -> str:
    """An encoder's name, without the folders above it, which are nobody's business."""
    before, plus, weights = encoder.rpartition("+")
    return before + plus + (Path(weights).name if Path(weights).is_dir() else weights)


def _protocol(config: SentimentConfig, data: Dataset) -> str:
    if config.folds:
        return "folds"
    if data.key not in DATASETS:
        return "folder"
    return "halves" if DATASETS[data.key].held_out else "tenth"
