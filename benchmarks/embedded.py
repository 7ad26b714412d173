"""Time and memory of the embedded engine: import, one process, warm read and write, a batch.

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
BATCH = 32


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photo", type=Path)
    photo = parser.parse_args().photo
    peak_mb = _peak_mb(photo)  # first: a process starts with the peak of the one that it was started from
    rows = [
        ("`import emotigram`, s", "<", 0.5, _median(lambda: _run("import emotigram") - _run("pass"))),
        (f"`emotigram caption {photo.name}`, start to finish, s", "<", 3, _median(lambda: _caption(photo))),
        *_in_one_process(photo),
        (f"peak memory of a process that reads {BATCH} photos at once, MB", "<", 600, peak_mb),
        ("shipped models, MB", "<", 30, _models_mb()),
    ]
    print(_machine())
    print("\n| measure | promise | measured |\n|---|---|---|")
    for name, sign, promise, value in rows:
        print(f"| {name} | {sign} {promise} | {value:.2f} |")


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


def _in_one_process(photo: Path) -> list[tuple[str, str, float, float]]:
    from emotigram import open_photo, open_studio  # noqa: PLC0415  # not before the import is measured

    studio = open_studio(writer="embedded")
    opened = open_photo(photo)
    photos = [opened] * BATCH
    reading = studio.read(opened)
    return [
        ("warm reading of one opened photo, ms", "<", 150, 1000 * _median(lambda: _timed(lambda: studio.read(opened)))),
        ("warm writing of one post, ms", "<", 150, 1000 * _median(lambda: _timed(lambda: studio.write(reading)))),
        (
            f"reading {BATCH} photos at once, photos/s",
            ">",
            15,
            BATCH / _median(lambda: _timed(lambda: studio.read_many(photos))),
        ),
    ]


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _peak_mb(photo: Path) -> float:
    code = (
        "import sys, emotigram as e; photo = e.open_photo(sys.argv[1]);"
        "e.open_studio(writer='embedded').read_many([photo] * int(sys.argv[2]))"
    )
    subprocess.run([sys.executable, "-c", code, str(photo), str(BATCH)], check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def _models_mb() -> float:
    folder = Path(str(resources.files("emotigram") / "models"))
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


if __name__ == "__main__":
    main()
