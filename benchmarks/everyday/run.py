"""Read the everyday photos with the default engine and hold what it says against hand-written truth.

Run: python benchmarks/everyday/run.py FOLDER  (where gather.py put them; prints each photo, then a Markdown table)
The even half is to look at while working on an engine; the odd half is opened once, at the end, by --half odd.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import sys
import tomllib
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from judging import LANGUAGES, Judged, judged
from tqdm import tqdm

from emotigram import open_photo, open_studio
from emotigram.domain import Reading
from emotigram.evaluation.confidence import interval_95
from emotigram.studio import Studio

HERE = Path(__file__).parent
_HALVES = {"even": (0,), "odd": (1,), "all": (0, 1)}
_PLATFORM = "mastodon"  # one that takes alt text


def main() -> None:
    """Read, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half", choices=_HALVES, default="even")
    parser.add_argument("--lists", type=Path, default=HERE, help="folder of another truth.toml")
    asked = parser.parse_args()
    truths = tomllib.loads((asked.lists / "truth.toml").read_text("utf-8"))
    chosen = {number: truth for number, truth in truths.items() if int(number) % 2 in _HALVES[asked.half]}
    photos = {number: photo_of(number, truth, asked.folder) for number, truth in chosen.items()}
    studio = open_studio(writer="embedded")
    verdicts = []
    for number, path in tqdm(photos.items(), desc="photos", disable=None):
        reading = studio.read(open_photo(path))
        verdicts.append(judged(reading, chosen[number]))
        tqdm.write("\n".join(lines_of(number, chosen[number], reading, verdicts[-1], studio)), file=sys.stdout)
    print(f"{machine()}\n\n{len(verdicts)} photos, {asked.half}\n\n{table(verdicts)}")


def photo_of(number: str, truth: dict[str, Any], folder: Path) -> Path:
    """The photo's file; ends the run where it is missing or another than the truth was written of."""
    path = next(folder.glob(f"{number}.*"), None)
    if path is None or hashlib.sha256(path.read_bytes()).hexdigest() != truth["sha256"]:
        sys.exit(f"{folder}/{number}.* is {'missing' if path is None else 'another photo'}: run gather.py first")
    return path


def lines_of(number: str, truth: dict[str, Any], reading: Reading, verdict: Judged, studio: Studio) -> list[str]:
    """What a person needs to check the verdict on one photo."""
    marks = [f"{language} {_naming_of(verdict, language)}" for language in LANGUAGES]
    marks += [f"{language} THIN" for language in LANGUAGES if verdict.thin[language]]
    marks += [f"not there ({where}): {', '.join(said)}" for where, said in verdict.wrong.items() if said]
    alt = {language: studio.write(reading, platform=_PLATFORM, language=language).alt_text for language in LANGUAGES}
    return [
        f"{number} {truth['truth_en']} {truth['truth_zh']}",
        *(f"   {language}: {reading.description[language]}" for language in LANGUAGES),
        f"   tags: {', '.join(tag.key for tag in reading.tags) or '-'}",
        *(f"   alt {language}: {alt[language]}" for language in LANGUAGES),
        f"   => {'; '.join(marks)}",
    ]


def table(verdicts: list[Judged]) -> str:
    """Shares by language with Wilson's 95 % intervals, as Markdown."""
    shares: dict[str, Callable[[Judged, str], bool]] = {
        "subject named, in description or tags": lambda each, key: each.named[key],
        "subject named in the description": lambda each, key: each.described[key],
        "descriptions with something not there": lambda each, key: bool(each.wrong[key]),
        "descriptions that name nothing": lambda each, key: each.thin[key],
        "photos with a tag for something not there": lambda each, _: bool(each.wrong["tags"]),
    }
    head = f"| share of photos | {' | '.join(LANGUAGES)} |\n|{'---|' * (len(LANGUAGES) + 1)}"
    rows = [
        (name, [_share([is_so(each, key) for each in verdicts]) for key in LANGUAGES]) for name, is_so in shares.items()
    ]
    return "\n".join([head, *(f"| {name} | {' | '.join(cells)} |" for name, cells in rows)])


def machine() -> str:
    """Cores and versions, as in the other benchmarks."""
    names = ("emotigram", "onnxruntime", "numpy", "pillow")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in names)
    return f"{os.cpu_count()} cores {platform.machine()}, Python {platform.python_version()}, {versions}, seed 0"


def _naming_of(verdict: Judged, language: str) -> str:
    by_tags_alone = "named by tags alone" if verdict.named[language] else "NOT NAMED"
    return "named" if verdict.described[language] else by_tags_alone


def _share(found: list[bool]) -> str:
    low, high = interval_95(np.array(found))
    return f"{sum(found)} of {len(found)}, {np.mean(found):.0%} ({low:.0%}–{high:.0%})"


if __name__ == "__main__":
    main()
