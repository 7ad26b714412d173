"""Read filled-in sheets back: mean, shares of threes and zeros with 95 % intervals, and which version won.

Run: python benchmarks/judging/score.py SHEET.md [SHEET2.md ...]  (beside each its .key.json)
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emotigram.evaluation.confidence import interval_95

_SCORE = re.compile(r"^score (\d+)\.([12]):[ \t]*([0-3])\s*$", re.MULTILINE)
_RESAMPLES = 2_000


def main() -> None:
    """Print one table over all sheets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sheets", type=Path, nargs="+")
    pairs = [pair for sheet in parser.parse_args().sheets for pair in scores(sheet)]
    print(table(np.array(pairs)))


def scores(sheet: Path) -> list[tuple[int, int]]:
    """Scores of versions a and b for each photo; ends the run where one is missing."""
    key = json.loads(sheet.with_suffix(".key.json").read_text("utf-8"))
    found = {(number, at): int(score) for number, at, score in _SCORE.findall(sheet.read_text("utf-8"))}
    missing = [f"{number}.{at}" for number in key for at in ("1", "2") if (number, at) not in found]
    if missing:
        sys.exit(f"{sheet}: no score from 0 to 3 for {', '.join(missing)}")
    sides = [{key[number][at]: found[number, at] for at in ("1", "2")} for number in key]
    return [(side["a"], side["b"]) for side in sides]


def table(pairs: NDArray[np.int_]) -> str:
    """Both versions, as Markdown."""
    rows = ["| version | posts | mean | 3: as it is | 0: ashamed |", "|---|---|---|---|---|"]
    for name, own in zip("ab", pairs.T, strict=True):
        low, high = mean_95(own)
        threes, zeros = (f"{(own == value).mean():.0%} ({span(own == value)})" for value in (3, 0))
        rows.append(f"| {name} | {len(own)} | {own.mean():.2f} ({low:.2f}–{high:.2f}) | {threes} | {zeros} |")
    better = (pairs[:, 1] > pairs[:, 0]).mean(), (pairs[:, 1] < pairs[:, 0]).mean()
    return "\n".join([*rows, "", f"b better {better[0]:.0%}, a better {better[1]:.0%}"])


def span(hits: NDArray[np.bool_]) -> str:
    """Wilson's interval in percent."""
    low, high = interval_95(hits)
    return f"{low:.0%}–{high:.0%}"


def mean_95(scores: NDArray[np.int_]) -> tuple[float, float]:
    """Where the true mean may lie: the middle 95 % of means of 2,000 resamples, seed 0."""
    rng = np.random.default_rng(0)
    means = rng.choice(scores, (_RESAMPLES, len(scores))).mean(1)
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


if __name__ == "__main__":
    main()
