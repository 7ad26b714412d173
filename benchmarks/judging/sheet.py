"""Blind sheets for readers: posts of two versions side by side, in random order, with room for a score each.

Run: python benchmarks/judging/sheet.py A.jsonl B.jsonl SHEET.md --seed 0  (write.py wrote the posts)
The key, which post is whose, goes to SHEET.key.json: readers do not get it. docs/judging.md has the rubric.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any


def main() -> None:
    """Pair the posts of each photo and platform, shuffle, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("a", type=Path)
    parser.add_argument("b", type=Path)
    parser.add_argument("sheet", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)  # noqa: S311
    sides = {name: rows_of(path) for name, path in (("a", asked.a), ("b", asked.b))}
    places = sorted(sides["a"].keys() & sides["b"].keys())
    rng.shuffle(places)
    key, pages = {}, []
    for number, place in enumerate(places, start=1):
        order = rng.sample(["a", "b"], 2)
        key[str(number)] = {"1": order[0], "2": order[1], "photo": place[0], "platform": place[1]}
        pages.append(page(number, sides["a"][place], [sides[name][place]["post"] for name in order]))
    asked.sheet.write_text("\n".join(pages), "utf-8")
    asked.sheet.with_suffix(".key.json").write_text(json.dumps(key, indent=1), "utf-8")


def rows_of(path: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Posts by photo and platform."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return {(row["photo"], row["platform"]): row for row in rows}


def page(number: int, row: dict[str, Any], posts: list[str]) -> str:
    """One photo: what is in it, what its user typed, and the two posts with a line for each score."""
    head = f"## {number}. {row['platform']}: {row['truth']}\nwords given: {row['words'] or '–'}\n"
    shown = (f"### {number}.{at}\n{post}\n\nscore {number}.{at}:\n" for at, post in enumerate(posts, start=1))
    return "\n".join([head, *shown])


if __name__ == "__main__":
    main()
