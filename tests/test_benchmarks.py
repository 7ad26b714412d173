"""Benchmarks that measure side by side run, on tiny models, and say what their figures are not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

READERS = Path(__file__).parents[1] / "benchmarks" / "readers.py"
ALL = ("embedded", "blip-base", "florence-2-base", "smolvlm-256m", "qwen3.5-0.8b", "blip2-opt-2.7b")


def rows_of(*words: str) -> tuple[dict[str, list[str]], str]:
    """The cells of the printed table by reader, and all that was printed."""
    command = [sys.executable, str(READERS), "--quick", "--repeats=1", "--batch=2", "--threads=1", *words]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line.strip("| ").split(" | ") for line in done.stdout.splitlines() if line.startswith("| ")]
    return {line[0]: line[1:] for line in lines[1:]}, done.stdout


def test_readers_are_measured_side_by_side(china: Path) -> None:
    rows, printed = rows_of(str(china), "--readers", "embedded", "florence-2-base")
    assert list(rows) == ["embedded", "florence-2-base"]
    assert rows["florence-2-base"][1:3] == ["float32", "3"]
    assert rows["embedded"][-1].startswith("0 (")  # nothing is fetched for it
    for said in ("seed 0", "transformers 5", "Quick: tiny models", "quality is not compared"):
        assert said in printed


@pytest.mark.nightly
def test_every_reader_is_measured_and_draws_a_photo_where_none_is_given() -> None:
    rows, _ = rows_of()
    assert tuple(rows) == ALL
    assert all(float(cells[3]) > 0 and float(cells[4]) > 0 for cells in rows.values())
