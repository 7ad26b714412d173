"""From a data set to a report: what ``emotigram evaluate`` does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from emotigram.assembly import load_engine, open_studio
from emotigram.domain import EMOTIONS
from emotigram.evaluation import plots
from emotigram.evaluation.caption_data import read_captions
from emotigram.evaluation.captions import measure_captions
from emotigram.evaluation.posts import PostsResult, Wanted, find_photos, post_figures, write_posts
from emotigram.evaluation.report import SEED, describe_run, describe_table, new_report, write_csv, write_report
from emotigram.evaluation.sentiment import SentimentResult, measure_sentiment
from emotigram.evaluation.sentiment_data import SENTIMENTS, SentimentSet, read_sentiment
from emotigram.evaluation.tables import sample_rows
from emotigram.settings import Settings
from emotigram.texts import interface_language, say

_COVERAGE = ("coverage", "rows", "quality", "least_confidence")
_RATES = {  # of a post, all the better the higher; what a picture's column is called
    "compliance": "hard limits",
    "language": "language",
    "emotion": "emotion",
    "supported": "supported",
    "soft_length": "reads well",
    "distinct_posts": "distinct",
}
_EXAMPLES = 12


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
        result = measure_captions(captions, rows, captioner, limits=settings.photo_limits, seed=SEED, title=title)
        run = describe_run("captions", describe_table(captions.table, len(rows)), {"captioner": captioner.name})
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
            labelled, rows, model, captioner, limits=settings.photo_limits, seed=SEED, title=title
        )
        engines = {"sentiment": model.name, **({"features": captioner.name} if captioner else {})}
        run = describe_run("sentiment", describe_table(labelled.table, len(rows)), engines)
        run["data"] |= _about_labels(labelled)
        _draw_sentiment(draft, result)
        report = {**run, "figures": result.figures}
        has_scales = len(labelled.columns) > len(labelled.labels)
        write_report(draft, "sentiment.md.j2", report, has_scales=has_scales)
    return report


def evaluate_posts(
    photos: Path, folder: Path, settings: Settings, wanted: Wanted, *, limit: int | None = None
) -> dict[str, Any]:
    """Write posts for a folder of photos and report what they are; returns what ``report.json`` holds.

    Raises DataError, PhotoError, EngineError, ChatError or UnknownName; then nothing is written.
    """
    with new_report(folder) as draft:
        found = find_photos(photos)
        chosen = [found[at] for at in sample_rows(len(found), limit, SEED)]
        studio = open_studio(settings)
        result = write_posts(studio, chosen, wanted, interface_language(settings.interface))
        data = {
            "folder": photos.name,
            "photos": len(chosen),
            "sha256": result.sha256,
            "cut_short": result.is_cut_short,
        }
        run = describe_run("posts", data, studio.engines)
        figures = {**post_figures(result.written), "reading_ms": result.reading_s * 1000}
        asked = {
            "platforms": list(wanted.platforms),
            "languages": list(wanted.languages),
            "tones": list(wanted.tones),
            "style": settings.style,
            "candidates": settings.candidates,
        }
        report = {**run, "wanted": asked, "figures": figures}
        _draw_posts(draft, result, figures)
        examples = [result.written[at].post for at in sample_rows(len(result.written), _EXAMPLES, SEED)]
        write_report(draft, "posts.md.j2", report, examples=examples)
    return report


def _draw_posts(draft: Path, result: PostsResult, figures: dict[str, Any]) -> None:
    for key in ("languages", "platforms"):
        groups = {name: {**of, "supported": 1 - of["unsupported"]} for name, of in figures[key].items()}
        rates = {name: {told: of[rate] for rate, told in _RATES.items()} for name, of in groups.items()}
        plots.draw_rates(draft / f"{key}.png", rates, f"Posts by {key.removesuffix('s')}")
        lines = [[name, *of.values()] for name, of in figures[key].items()]
        write_csv(draft / f"{key}.csv", [key.removesuffix("s"), *figures["all"]], lines)
    plots.draw_times(draft / "times.png", np.array([each.seconds * 1000 for each in result.written]), "Writing a post")


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
