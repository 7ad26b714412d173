"""A comparison of strategies as a report folder, like that of ``emotigram evaluate``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from emotigram.evaluation import plots
from emotigram.evaluation.report import new_report, write_csv, write_report
from emotigram.evaluation.sentiment_metrics import class_figures
from emotigram.training.multimodal.comparison import (
    by_strategy,
    compare_outcomes,
    default_strategy,
    pooled,
    rounds,
)
from emotigram.training.multimodal.comparison_plot import draw_accuracy
from emotigram.training.multimodal.data import LABELS
from emotigram.training.multimodal.outcomes import Outcome

MADE_BY = "emotigram train compare"
TEMPLATES = "emotigram.training.multimodal"


def write_comparison(folder: Path, title: str, about: Mapping[str, Any], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Write report.json, report.md, strategies.csv and pictures; returns what ``report.json`` holds.

    ``about``: data (key), title (of the data set), files (name to sha256), rows (split to number), encoders (role to
    name), config, machine (as ``describe_machine``; may name a ``device``), versions, seeds, protocol (a sentence) and
    command. Raises ReportInTheWay or ReportUnwritable, and ValueError where outcomes do not compare.
    """
    comparison = compare_outcomes(outcomes)
    report = {
        "made_by": MADE_BY,
        "title": title,
        "about": dict(about),
        "default": default_strategy(comparison),
        "comparison": comparison,
    }
    with new_report(folder, MADE_BY) as draft:
        draw_accuracy(draft / "accuracy.png", comparison, title)
        for name, of in by_strategy(outcomes).items():
            _draw_strategy(draft, name, of, comparison["strategies"][name]["confusion"])
        write_csv(draft / "strategies.csv", *_table(comparison))
        # the page has its own, coarser digits; rounding twice would say other things than the page of results
        write_report(draft, "comparison.md.j2", report, package=TEMPLATES, comparison=comparison)
    return report


def _draw_strategy(draft: Path, name: str, of: Sequence[Outcome], confusion: list[list[int]]) -> None:
    """Draw the confusion of all seeds together, and calibration of one judgement a row."""
    counted = f"{len(of)} seeds together" if len(of) > 1 else f"seed {of[0].seed}"
    title = f"{name}\n{counted}"
    plots.draw_confusion(draft / f"{name}_confusion.png", {"labels": LABELS, "confusion": confusion}, title)
    # several judgements of the same row are no independent rows: the picture's intervals would be too narrow
    once = rounds(of)[0]
    truth = [LABELS[at] for at in pooled(once, "truth")]
    figures = class_figures(truth, np.asarray(pooled(once, "probabilities"), dtype=np.float64), LABELS)
    drawn = f"seed {of[0].seed}" if len(once) == 1 else "every row once"
    plots.draw_reliability(draft / f"{name}_reliability.png", figures, f"{name}, {drawn}")


def _table(comparison: Mapping[str, Any]) -> tuple[list[str], list[list[object]]]:
    heads = ["strategy", "seeds", "accuracy", "accuracy_half_width", "macro_f1", "macro_f1_half_width"]
    heads += [f"recall_{label}" for label in LABELS]
    heads += ["ece_before", "ece_after", "ece_if_calibrated", "difference", "low", "high", "p", "p_holm"]
    heads += ["parameters", "seconds"]
    return heads, [_line(name, of) for name, of in comparison["strategies"].items()]


def _line(name: str, of: Mapping[str, Any]) -> list[object]:
    before, after = of["ece"]["before"], of["ece"]["after"]
    test = of["against_baseline"]["accuracy"] if of["against_baseline"] else {}
    line: list[object] = [name, len(of["seeds"])]
    line += [of[figure][part] for figure in ("accuracy", "macro_f1") for part in ("mean", "half_width")]
    line += [of["recall"][label] for label in LABELS]
    line += [before["ece"], after["ece"], after["expected_if_calibrated"]]
    line += [test.get(key) for key in ("difference", "low", "high", "p", "p_holm")]
    return [*line, of["parameters"], of["seconds"]]
