"""The picture of a comparison: accuracy of every strategy, over seeds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

_DPI = 120
_BLUE, _GREY, _ORANGE = "#2166ac", "#8c8c8c", "#d6604d"


def draw_accuracy(path: Path, comparison: Mapping[str, Any], title: str) -> None:
    """Draw mean accuracy and its 95 % interval over seeds, the best on top; controls are grey."""
    ascending = sorted(comparison["strategies"].items(), key=lambda item: item[1]["accuracy"]["mean"])
    figure = Figure(figsize=(7, 1.3 + 0.36 * len(ascending)), dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for at, (_, of) in enumerate(ascending):
        _draw_strategy(axes, at, of)
    majority = comparison["majority_accuracy"]
    axes.axvline(majority, color=_ORANGE, linestyle="--", linewidth=1)
    edge = axes.get_xaxis_transform()
    axes.text(majority, 1.01, "majority", transform=edge, color=_ORANGE, ha="center", va="bottom", fontsize=8)
    axes.set_yticks(range(len(ascending)), [name for name, _ in ascending])
    axes.set(xlabel=_interval_label(comparison), ylim=(-0.6, len(ascending) - 0.4))
    axes.set_title(title, pad=18)
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=None))
    axes.margins(x=0.12)
    axes.grid(axis="x", alpha=0.3)
    figure.savefig(path, metadata={"Software": None})  # the same figures give the same bytes


def _draw_strategy(axes: Axes, at: int, of: Mapping[str, Any]) -> None:
    mean, half_width = of["accuracy"]["mean"], of["accuracy"]["half_width"]
    colour = _GREY if of["is_control"] else _BLUE
    axes.plot(of["accuracy"]["values"], [at] * len(of["accuracy"]["values"]), "|", color=colour, alpha=0.5)
    axes.errorbar(mean, at, xerr=half_width, color=colour, marker="o", capsize=3)
    style: dict[str, Any] = {"ha": "center", "fontsize": 8, "color": colour, "bbox": {"color": "white", "pad": 0.4}}
    axes.annotate(f"{mean:.1%}", (mean, at), (0, 6), textcoords="offset points", **style)


def _interval_label(comparison: Mapping[str, Any]) -> str:
    unit = "seeds" if comparison["held_out"] == "shared" else "folds"
    return f"accuracy on held-out rows; mean and 95 % interval over {unit}, grey: controls"
