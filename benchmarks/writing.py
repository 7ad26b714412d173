"""Time of writing: a post of the embedded writer, and the loop's own share of a post by a chat model.

The chat model is a server on loopback that streams three candidates, a piece every few milliseconds; it knows what to
say, so that all time beyond its own is EmotiGram's.

Run: python benchmarks/writing.py PHOTO  (prints Markdown tables for docs/benchmarks.md)
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from importlib import metadata
from pathlib import Path

from chat_model import chat_model

from emotigram import Reading, catalogue, open_photo, open_studio
from emotigram.studio import Studio

REPEATS = 60
PIECE_S, PIECE_LENGTH = 0.005, 12  # seconds between pieces, characters of a piece


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photo", type=Path)
    photo = parser.parse_args().photo
    studio = open_studio(writer="embedded")
    reading = studio.read(open_photo(photo))
    print(_machine())
    print(f"\n{REPEATS} posts each, the first ones left out; of {photo.name}.")
    print("\n| embedded writer | languages | ms a post | 95 % under |\n|---|---|---|---|")
    languages = [key.key for key in catalogue.languages() if key.key in ("zh", "zh-TW", "en", "ja", "ko", "es")]
    for place in catalogue.platforms():
        times = [each for language in languages for each in _embedded(studio, reading, place.key, language)]
        print(f"| {place.key} | {len(languages)} | {statistics.mean(times):.1f} | {_late(times):.1f} |")
    print("\n| chat model, three candidates | ms | 95 % under |\n|---|---|---|")
    for name, times in _chat(reading).items():
        print(f"| {name} | {statistics.mean(times):.1f} | {_late(times):.1f} |")


def _machine() -> str:
    names = ("emotigram", "onnxruntime", "openai", "py3langid", "opencc", "twitter-text-parser")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in names)
    return f"{os.cpu_count()} cores {platform.machine()}, Python {platform.python_version()}, {versions}, seed 0"


def _late(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def _embedded(studio: Studio, reading: Reading, place: str, language: str) -> list[float]:
    times = []
    for seed in range(REPEATS // 6 + 1):
        start = time.perf_counter()
        studio.write(reading, platform=place, language=language, seed=seed, tone="positive")
        times.append(1000 * (time.perf_counter() - start))
    return times[1:]


def _chat(reading: Reading) -> dict[str, list[float]]:
    figures: dict[str, list[float]] = {
        "first words, after the request": [],
        "whole post": [],
        "of that EmotiGram's own": [],
    }
    with chat_model(PIECE_LENGTH, PIECE_S) as (url, busy):
        studio = open_studio(writer="chat", base_url=url, language="en", platform="instagram", interface="en")
        for attempt in range(REPEATS + 5):
            start = time.perf_counter()
            shown = studio.stream(reading, tone="positive")
            next(shown)
            first = time.perf_counter()
            *_, post = shown
            end = time.perf_counter()
            assert post.written_by.startswith("chat:"), post.notes
            if attempt >= 5:
                measured = (first - start, end - start, end - start - busy.pop())
                for times, seconds in zip(figures.values(), measured, strict=True):
                    times.append(1000 * seconds)
    return figures


if __name__ == "__main__":
    main()
