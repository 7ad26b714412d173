"""Time and memory of the embedded engine: import, one process, warm read + write.

Run: python benchmarks/embedded.py PHOTO  (prints a Markdown table for docs/benchmarks.md)
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import metadata, resources
from pathlib import Path

REPEATS = 7


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photo", type=Path)
    photo = parser.parse_args().photo
    rows = [
        ("`import emotigram`, s", 0.5, _median(lambda: _run("import emotigram") - _run("pass"))),
        (f"`emotigram caption {photo.name}`, start to finish, s", 3, _median(lambda: _caption(photo))),
        ("warm read + write of one photo, s", 0.5, _warm(photo)),
        ("peak memory of that process, MB", 600, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
        ("shipped models, MB", 40, _models_mb()),
    ]
    print(_machine())
    print("\n| measure | promise | measured |\n|---|---|---|")
    for name, promise, value in rows:
        print(f"| {name} | < {promise} | {value:.2f} |")


def _machine() -> str:
    names = ("emotigram", "onnxruntime", "numpy", "pillow")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in names)
    return f"{os.cpu_count()} cores {platform.machine()}, Python {platform.python_version()}, {versions}, seed 0"


def _median(measure: Callable[[], float]) -> float:
    return statistics.median(measure() for _ in range(REPEATS))


def _run(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


def _caption(photo: Path) -> float:
    command = [str(Path(sys.executable).parent / "emotigram"), "caption", str(photo), "--writer", "embedded"]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def _warm(photo: Path) -> float:
    from emotigram import open_photo, open_studio  # noqa: PLC0415  # not before the import is measured

    studio = open_studio(writer="embedded")

    def once() -> float:
        start = time.perf_counter()
        studio.write(studio.read(open_photo(photo)), language="zh")
        return time.perf_counter() - start

    once()
    return _median(once)


def _models_mb() -> float:
    folder = Path(str(resources.files("emotigram") / "models"))
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


if __name__ == "__main__":
    main()
