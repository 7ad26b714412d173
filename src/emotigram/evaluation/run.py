"""From a data set to a report: what ``emotigram evaluate`` does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from emotigram.assembly import load_engine
from emotigram.domain import EMOTIONS
from emotigram.evaluation import plots
from emotigram.evaluation.caption_data import read_captions
from emotigram.evaluation.captions import measure_captions
from emotigram.evaluation.report import SEED, describe_run, new_report, write_csv, write_report
from emotigram.evaluation.sentiment import SentimentResult, measure_sentiment
from emotigram.evaluation.sentiment_data import SENTIMENTS, SentimentSet, read_sentiment
from emotigram.evaluation.tables import sample_rows
from emotigram.settings import Settings
from emotigram.texts import interface_language, say

_COVERAGE = ("coverage", "rows", "quality", "least_confidence")


def evaluate_captions(
    data: Path, folder: Path, settings: Settings, *, language: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    """Measure the settings' captioner and write the report; returns what ``report.json`` holds.

    Raises DataError, EngineError or UnknownName; then nothing is written.
    """
    with new_report(folder) as draft:
        captions = read_captions(data, language)
        rows = [captions.rows[at] for at in sample_rows(len(captions.rows), limit, SEED)]
        captioner = load_engine("captioner", settings.captioner, settings)
        title = say("evaluate.reading", interface_language(settings.interface))
        result = measure_captions(
            captions, rows, captioner, max_megapixels=settings.max_megapixels, seed=SEED, title=title
        )
        run = describe_run("captions", captions.table, len(rows), {"captioner": captioner.name})
        languages = result.figures["languages"]
        curves = {key: each["by_coverage"] for key, each in languages.items() if each["by_coverage"]}
        if curves:
            plots.draw_coverage(draft / "coverage.png", curves, "CIDEr-D", "Captions by confidence")
        for key, steps in curves.items():
            write_csv(draft / f"coverage_{key}.csv", _COVERAGE, [[step[name] for name in _COVERAGE] for step in steps])
        report = {**run, "figures": result.figures}
        write_report(draft, "captions.md.j2", report, coverage=list(curves.items()), examples=result.examples)
    return report


def evaluate_sentiment(
    data: Path, folder: Path, settings: Settings, *, text_only: bool = False, limit: int | None = None
) -> dict[str, Any]:
    """Measure the settings' sentiment model and write the report; returns what ``report.json`` holds.

    Raises DataError, EngineError or UnknownName; then nothing is written.
    """
    with new_report(folder) as draft:
        labelled = read_sentiment(data, text_only=text_only)
        rows = [labelled.rows[at] for at in sample_rows(len(labelled.rows), limit, SEED)]
        model = load_engine("sentiment", settings.sentiment, settings)
        has_photos = any(row.photo is not None for row in rows)
        captioner = load_engine("captioner", settings.captioner, settings) if has_photos else None
        title = say("evaluate.judging", interface_language(settings.interface))
        result = measure_sentiment(
            labelled, rows, model, captioner, max_megapixels=settings.max_megapixels, seed=SEED, title=title
        )
        engines = {"sentiment": model.name, **({"features": captioner.name} if captioner else {})}
        run = describe_run("sentiment", labelled.table, len(rows), engines)
        run["data"] |= _about_labels(labelled)
        _draw_sentiment(draft, result)
        report = {**run, "figures": result.figures}
        has_scales = len(labelled.columns) > len(labelled.labels)
        write_report(draft, "sentiment.md.j2", report, has_scales=has_scales)
    return report


def _about_labels(data: SentimentSet) -> dict[str, Any]:
    every = {"sentiment": SENTIMENTS, "emotion": EMOTIONS}
    absent = {key: [name for name in every[key] if name not in names] for key, names in data.labels.items()}
    return {
        "label_columns": dict(data.columns),
        "labels": {key: list(names) for key, names in data.labels.items()},
        "labels_absent": absent,
        "left_out": dict(data.left_out),
    }


def _draw_sentiment(draft: Path, result: SentimentResult) -> None:
    for condition, targets in result.figures["conditions"].items():
        for target, figures in targets.items():
            if figures is not None and "labels" in figures:
                _draw_classes(draft, f"{condition}_{target}", figures, f"{target}, {condition}")
    for (condition, scale), values in result.scales.items():
        plots.draw_scale(draft / f"{condition}_{scale}.png", values, f"{scale}, {condition}")


def _draw_classes(draft: Path, stem: str, figures: dict[str, Any], title: str) -> None:
    labels, steps = figures["labels"], figures["by_coverage"]
    plots.draw_confusion(draft / f"{stem}_confusion.png", figures, title)
    plots.draw_reliability(draft / f"{stem}_reliability.png", figures, title)
    plots.draw_coverage(draft / f"{stem}_coverage.png", {title: steps}, "accuracy", title)
    lines = [[label, *row] for label, row in zip(labels, figures["confusion"], strict=True)]
    write_csv(draft / f"{stem}_confusion.csv", ["truth \\ answer", *labels], lines)
    write_csv(draft / f"{stem}_coverage.csv", _COVERAGE, [[step[name] for name in _COVERAGE] for step in steps])
