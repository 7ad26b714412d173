"""Pictures of a report; drawn without pyplot, so that nothing global is left behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from emotigram.evaluation.confidence import Floats

_DPI = 120
_BLUE, _GREY, _ORANGE = "#2166ac", "#8c8c8c", "#d6604d"


def draw_confusion(path: Path, figures: Mapping[str, Any], title: str) -> None:
    """Draw a confusion matrix: rows are the truth, shades the share of a row, numbers the rows themselves."""
    labels, counts = figures["labels"], np.array(figures["confusion"])
    side = 2.4 + 0.62 * len(labels)
    figure, axes = _canvas(side + 0.6, side)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(*counts.shape):
        ink = "white" if shares[row, column] > 0.6 else "black"
        axes.text(column, row, str(counts[row, column]), ha="center", va="center", color=ink)
    axes.set_xticks(range(len(labels)), labels, rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(labels)), labels)
    axes.set(xlabel="answer", ylabel="truth", title=title)
    figure.colorbar(image, ax=axes, shrink=0.8, label="share of the true label")
    _save(figure, path)


def draw_reliability(path: Path, figures: Mapping[str, Any], title: str) -> None:
    """Draw accuracy over confidence, one point a bin of equal mass; a calibrated engine lies on the diagonal."""
    found = figures["calibration"]
    figure, axes = _canvas(5, 4.6)
    axes.plot([0, 1], [0, 1], color=_GREY, linestyle="--", linewidth=1, label="calibrated")
    confidence = [each["confidence"] for each in found["bins"]]
    rates = np.array([each["accuracy"] for each in found["bins"]])
    low, high = np.array([each["accuracy_95"] for each in found["bins"]]).T
    axes.errorbar(
        confidence,
        rates,
        yerr=[np.maximum(rates - low, 0), np.maximum(high - rates, 0)],
        color=_BLUE,
        marker="o",
        capsize=3,
        label="measured, 95 %",
    )
    axes.set(xlabel="confidence", ylabel="accuracy", xlim=(0, 1.02), ylim=(0, 1.02), title=title)
    note = f"ECE {found['ece']:.3f}, n = {figures['n']}\ncalibrated, same n: {found['expected_if_calibrated']:.3f}"
    axes.text(0.97, 0.04, note, transform=axes.transAxes, ha="right", va="bottom")
    axes.legend(loc="upper left", frameon=False)
    _save(figure, path)


def draw_coverage(path: Path, curves: Mapping[str, Sequence[Mapping[str, float]]], quality: str, title: str) -> None:
    """Draw quality over the share of rows kept, the most confident first; one curve a name."""
    figure, axes = _canvas(5.6, 4)
    for (name, steps), colour in zip(curves.items(), (_BLUE, _ORANGE, _GREY), strict=False):
        axes.plot([s["coverage"] for s in steps], [s["quality"] for s in steps], marker="o", color=colour, label=name)
    axes.set(xlabel="share of rows kept, most confident first", ylabel=quality, xlim=(0, 1.04), title=title)
    axes.set_ylim(0, 1.05 * max(1e-3, *(step["quality"] for steps in curves.values() for step in steps)))
    axes.grid(alpha=0.3)
    if len(curves) > 1:
        axes.legend(frameon=False)
    _save(figure, path)


def draw_rates(path: Path, rates: Mapping[str, Mapping[str, float | None]], title: str) -> None:
    """Draw rates in [0, 1] as a table of shades: a row a name, a column a rate; None is left white."""
    names = list(rates)
    columns = list(next(iter(rates.values())))
    values = np.array([[np.nan if (rate := rates[name][each]) is None else rate for each in columns] for name in names])
    figure, axes = _canvas(2.4 + 1.05 * len(columns), 1.4 + 0.34 * len(names))
    axes.imshow(values, cmap="RdYlGn", vmin=0, vmax=1, aspect="auto", alpha=0.75)
    for row, column in np.ndindex(*values.shape):
        told = "not\njudged" if np.isnan(values[row, column]) else f"{values[row, column]:.1%}"
        axes.text(column, row, told, ha="center", va="center", fontsize=8)
    axes.set_xticks(range(len(columns)), columns, fontsize=8)
    axes.set_yticks(range(len(names)), names, fontsize=9)
    axes.set_title(title)
    _save(figure, path)


def draw_times(path: Path, milliseconds: Floats, title: str) -> None:
    """Draw how long single posts took; the slowest hundredth is left out and told of."""
    most = float(np.percentile(milliseconds, 99))
    figure, axes = _canvas(5.6, 3.6)
    axes.hist(milliseconds[milliseconds <= most], bins=50, color=_BLUE)
    mean = float(milliseconds.mean())
    axes.axvline(mean, color=_ORANGE, label=f"mean {mean:.1f} ms")
    axes.set(xlabel="ms a post (without the slowest hundredth)", ylabel="posts", title=title)
    axes.legend(frameon=False)
    _save(figure, path)


def draw_scale(path: Path, values: Floats, title: str) -> None:
    """Draw guesses over truths of a scale from -1 to 1; ``values`` has shape (2, rows), truth first."""
    figure, axes = _canvas(4.8, 4.6)
    axes.plot([-1, 1], [-1, 1], color=_GREY, linestyle="--", linewidth=1)
    axes.scatter(values[0], values[1], s=12, alpha=0.5, color=_BLUE, edgecolors="none")
    axes.set(xlabel="truth", ylabel="answer", xlim=(-1.05, 1.05), ylim=(-1.05, 1.05), title=title)
    axes.set_xticks([-1, -0.5, 0, 0.5, 1])
    axes.set_yticks([-1, -0.5, 0, 0.5, 1])
    _save(figure, path)


def _canvas(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, metadata={"Software": None})  # the same figures give the same bytes
