"""What ``emotigram train`` shows of a run: its size before, its figures after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.filesize import decimal
from rich.table import Table
from rich.text import Text

from emotigram.apps.cli.printable import printable
from emotigram.texts import say

if TYPE_CHECKING:
    from emotigram.training.dry_run import RunSize  # torch may be missing

_CONSOLE: dict[str, Any] = {"highlight": False, "markup": False, "emoji": False}
_MEMORY = ("weights", "gradients", "optimiser", "activations", "total", "checkpoint")


def show_run_size(size: RunSize, language: str) -> None:
    """Print parts, steps and memory of a run to stdout."""
    console = Console(**_CONSOLE)
    parts = _table(*(say(f"train.size.{head}", language) for head in ("part", "parameters", "trained")))
    for name, parameters, trained in size.parts:
        parts.add_row(Text(printable(name)), f"{parameters:,}", f"{trained:,}")
    memory = _table(say("train.size.memory", language), "")
    for name in _MEMORY:
        memory.add_row(say(f"train.size.{name}", language), decimal(getattr(size, name)))
    console.print(parts)
    console.print(say("train.size.rows", language, rows=size.rows), soft_wrap=True)
    steps = say("train.size.steps", language, batches=size.batches, steps=size.steps, precision=size.precision)
    console.print(steps, soft_wrap=True)
    console.print(memory)


def show_figures(result: Mapping[str, Any], language: str) -> None:
    """Print what a trained model is worth on held-out rows, given the text, the photo or both."""
    heads = [say(f"train.sentiment.{head}", language) for head in ("given", "accuracy", "macro_f1", "negative", "ece")]
    table = _table(*heads)
    for given, figures in result["figures"].items():
        negative = figures["per_class"]["negative"]["recall"]
        shares = [_percent(figures[name]) for name in ("accuracy", "macro_f1")]
        ece = figures["calibration"]["ece"]
        table.add_row(say(f"train.sentiment.{given}", language), *shares, _percent(negative), f"{ece:.3f}")
    Console(**_CONSOLE).print(table)


def show_comparison(report: Mapping[str, Any], language: str) -> None:
    """Print all strategies, the most accurate first, and which of them is the default."""
    console, comparison = Console(**_CONSOLE), report["comparison"]
    heads = ("strategy", "accuracy", "macro_f1", "negative", "ece", "difference", "p")
    table = _table(*(say(f"train.compare.{head}", language) for head in heads))
    ranked = sorted(comparison["strategies"].items(), key=lambda each: -each[1]["accuracy"]["mean"])
    for name, of in ranked:
        test = of["against_baseline"]["accuracy"] if of["against_baseline"] else None
        against = (f"{100 * test['difference']:+.1f}", f"{test['p_holm']:.3f}") if test else ("–", "–")
        shares = (_interval(of["accuracy"]), _interval(of["macro_f1"]), _percent(of["recall"]["negative"]))
        table.add_row(name, *shares, f"{of['ece']['after']['ece']:.3f}", *against)
    console.print(table)
    console.print(say("train.compare.default", language, name=report["default"]), soft_wrap=True)


def _interval(over_seeds: Mapping[str, float | None]) -> str:
    mean, half = over_seeds["mean"], over_seeds["half_width"]
    return _percent(mean) + ("" if half is None else f" ± {100 * half:.1f}")


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"


def _table(*heads: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for at, head in enumerate(heads):
        table.add_column(head, justify="right" if at else "left")
    return table
