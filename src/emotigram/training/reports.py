"""Measure finished models with ``emotigram evaluate`` and put its figures into manifests, cards and documents."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from emotigram.captioners import embedded as captioner
from emotigram.evaluation.run import evaluate_captions, evaluate_sentiment
from emotigram.sentiment import embedded as affect
from emotigram.settings import load_settings
from emotigram.training.validation import CAPTION_SETS, write_validation

_FIGURES = re.compile(r"(<!-- figures -->\n).*?(<!-- /figures -->)", re.DOTALL)
_CLASS = ("n", "accuracy", "majority_accuracy", "macro_f1", "macro_recall")
_SCALE = ("n", "pearson", "spearman", "mean_absolute_error", "mean_absolute_error_of_mean")


def measure_models(data_dir: Path, validation_dir: Path, models_dir: Path, reports_dir: Path) -> None:
    """Write a report of each validation set; ``models_dir`` holds the models to measure."""
    settings = load_settings(models_dir=models_dir, captioner="embedded", sentiment="embedded", writer="embedded")
    for name, file in write_validation(data_dir, validation_dir).items():
        if name in CAPTION_SETS:
            evaluate_captions(file, reports_dir / name, settings, language=CAPTION_SETS[name])
        else:
            evaluate_sentiment(file, reports_dir / name, settings)


def write_cards(
    models_dir: Path, reports_dir: Path, documents: Sequence[Path] = (), seconds: Mapping[str, float] | None = None
) -> None:
    """Put the reports' headline figures into the manifests, write the cards, fill the documents' marked parts.

    ``seconds`` of each training stage are put down beside the number of cores; without them the old ones stay.
    """
    reports = {
        path.parent.name: json.loads(path.read_text("utf-8")) for path in sorted(reports_dir.glob("*/report.json"))
    }
    captions = {name: report["figures"]["languages"] for name, report in reports.items() if name in CAPTION_SETS}
    moods = {name: _headline(report) for name, report in reports.items() if name not in CAPTION_SETS}
    folders = {
        "captioner": (models_dir / "captioner" / captioner.VERSION, {"captions": _without_curves(captions)}),
        "affect": (models_dir / "affect" / affect.VERSION, {"moods": moods}),
    }
    trained = {"trained": {"cores": os.cpu_count(), "seconds": dict(seconds)}} if seconds else {}
    for name, (folder, own) in folders.items():
        figures = own | trained
        text = json.dumps(_manifest(folder) | figures, ensure_ascii=False, indent=2)
        (folder / "manifest.json").write_text(text + "\n", "utf-8")
        (folder / "CARD.md").write_text(card(name, folder), "utf-8")
    for document in documents:
        document.write_text(with_figures(document.read_text("utf-8"), models_dir, document.stem), "utf-8")


def card(name: str, folder: Path) -> str:
    """The card of a model folder, from its manifest."""
    sizes = {p.name: p.stat().st_size / 1e6 for p in sorted(folder.iterdir()) if p.suffix in {".onnx", ".txt", ".npz"}}
    return _rendered(f"{name}_card.md.j2", m=_manifest(folder), sizes=sizes)


def with_figures(text: str, models_dir: Path, document: str) -> str:
    """The text with the tables between its figure marks written anew, from the models' manifests."""
    tables = _rendered(
        f"{document}_figures.md.j2",
        captioner=_manifest(models_dir / "captioner" / captioner.VERSION),
        affect=_manifest(models_dir / "affect" / affect.VERSION),
    )
    return _FIGURES.sub(lambda found: f"{found[1]}{tables.strip()}\n{found[2]}", text)


def _manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    return found


def _rendered(template: str, **values: object) -> str:
    text = (resources.files("emotigram") / "training" / template).read_text("utf-8")
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, autoescape=False)  # noqa: S701
    environment.filters["figure"] = lambda value, digits: "–" if value is None else f"{value:.{digits}f}"
    return environment.from_string(text).render(**values)


def _without_curves(captions: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {
        name: {language: {k: v for k, v in each.items() if k != "by_coverage"} for language, each in languages.items()}
        for name, languages in captions.items()
    }


def _headline(report: Mapping[str, Any]) -> dict[str, Any]:
    """Condition -> target -> the figures that a reader of the card wants."""
    conditions = report["figures"]["conditions"]
    return {
        condition: {target: _short(figures) for target, figures in targets.items() if figures is not None}
        for condition, targets in conditions.items()
    }


def _short(figures: Mapping[str, Any]) -> dict[str, Any]:
    if "accuracy" not in figures:
        return {name: figures[name] for name in _SCALE}
    more = {"ece": figures["calibration"]["ece"], "ece_if_perfect": figures["calibration"]["expected_if_calibrated"]}
    return {name: figures[name] for name in _CLASS} | more
