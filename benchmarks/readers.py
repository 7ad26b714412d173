"""The embedded engine beside what a user would pick instead: time, memory and download, on the same cores.

Run: python benchmarks/readers.py [PHOTO] [--readers NAME …] [--quick]  (prints a Markdown table for docs/benchmarks.md)

Speed only: the others have their real sizes with random weights, so that nothing is downloaded and nothing can be said
of what they see. Random weights never end a sentence; each of them writes the same number of tokens. One process each.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from emotigram import catalogue

SEED = 0  # as in one_reader.py
# By name: the catalogue's weights, or None with the bytes of a parameter in the file that is published
READERS: dict[str, tuple[str | None, int]] = {
    "embedded": (None, 0),
    "blip-base": ("blip-base", 4),
    "florence-2-base": ("florence-2-base-ft", 2),
    "smolvlm-256m": (None, 2),  # https://huggingface.co/HuggingFaceTB/SmolVLM-256M-Instruct: BF16
    "qwen3.5-0.8b": ("qwen3.5-0.8b", 2),
    "blip2-opt-2.7b": ("blip2-opt-2.7b-fp16-sharded", 2),
}
HEADS = (
    "reader",
    "M parameters",
    "numbers",
    "beams",
    "ms a photo",
    "photos/s, batch of {batch}",
    "peak MB",
    "MB to fetch",
)


def main() -> None:
    """Measure each reader by itself and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photo", nargs="?", type=Path, help="a photo; without one, one is drawn")
    parser.add_argument("--readers", nargs="+", choices=READERS, default=list(READERS))
    parser.add_argument("--quick", action="store_true", help="tiny models of the same architectures, to try this out")
    parser.add_argument("--tokens", type=int, default=20, help="new tokens of each random model")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0 for all cores")
    arguments = parser.parse_args()
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    measured: dict[str, dict[str, Any]] = {}
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=len(arguments.readers))
        for name in arguments.readers:
            progress.update(task, description=name)
            measured[name] = _measured(name, arguments)
            progress.advance(task)
    _print(measured, arguments)
    if any("failed" in each for each in measured.values()):
        sys.exit(1)


def _measured(name: str, arguments: argparse.Namespace) -> dict[str, Any]:
    script = Path(__file__).with_name("one_reader.py")
    options = {name: getattr(arguments, name) for name in ("tokens", "batch", "repeats", "threads")}
    words = [name, *([str(arguments.photo)] if arguments.photo else []), *(["--quick"] if arguments.quick else [])]
    words += [f"--{option}={value}" for option, value in options.items()]
    environment = {**os.environ, "TRANSFORMERS_VERBOSITY": "error", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, str(script), *words], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [""])[-1]
        return {"failed": f"exit code {done.returncode}: {last}"}
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


def _print(measured: dict[str, dict[str, Any]], arguments: argparse.Namespace) -> None:
    print(_machine(arguments))
    if arguments.quick:
        print("\nQuick: tiny models; these figures say nothing of the real ones.")
    print(f"\n| {' | '.join(HEADS).format(batch=arguments.batch)} |\n|{'---|' * len(HEADS)}")
    for name, each in measured.items():
        if reason := each.get("skipped") or each.get("failed"):
            print(f"| {name} | {reason} |{' |' * (len(HEADS) - 2)}")
        else:
            print(f"| {name} | {' | '.join(_cells(name, each, arguments))} |")
    print(
        f"\nSpeed only; quality is not compared: all but the embedded engine have random weights and write "
        f"{arguments.tokens} tokens in one language. The embedded one has its own, and writes English and Chinese to "
        f"their ends. Medians of {arguments.repeats}, warm, from the decoded photo to words; peak of a process each."
    )


def _cells(name: str, each: dict[str, Any], arguments: argparse.Namespace) -> list[str]:
    parameters, peak = each.get("parameters"), each["peak_bytes"]
    return [
        f"{parameters / 1e6:.0f}" if parameters else "",
        str(each["numbers"]),
        str(each["beams"]),
        f"{each['seconds'] * 1000:.0f}",
        f"{arguments.batch / each['batch_seconds']:.2f}",
        f"{peak / 1e6:.0f}" if peak else "",
        _download(name, each, arguments),
    ]


def _download(name: str, each: dict[str, Any], arguments: argparse.Namespace) -> str:
    """Of the catalogue's weights what they say, else the file of weights; the embedded ones are in the package."""
    if "bytes" in each:
        return f"0 ({each['bytes'] / 1e6:.0f} shipped)"
    key, size = READERS[name]
    if key is not None and not arguments.quick:
        return f"{next(entry for entry in catalogue.weights() if entry.key == key).size_gb * 1000:.0f}"
    return f"{each['parameters'] * size / 1e6:.0f}"


def _machine(arguments: argparse.Namespace) -> str:
    names = ("emotigram", "onnxruntime", "torch", "transformers", "pillow")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in names)
    cores = f"{os.cpu_count()} cores {platform.machine()}, {arguments.threads or os.cpu_count()} threads"
    return f"{cores}, Python {platform.python_version()}, {versions}, seed {SEED}"


if __name__ == "__main__":
    main()
