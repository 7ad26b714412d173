"""The package of docs/extending.md: anybody could write it; it passes, is listed and is used as the page says."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

import emotigram
from emotigram.apps.cli.main import app
from tests.packages import install

PAGE = (Path(__file__).parent.parent / "docs" / "extending.md").read_text("utf-8")
FILES = dict(re.findall(r"^`([\w./]+)`:\n\n```\w+\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
LINES = [
    line for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL) for line in block.split("\n")
]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page's package as it lies once it is installed."""
    project = tomllib.loads(FILES["pyproject.toml"])["project"]
    folder = install(monkeypatch, tmp_path / "site", project["name"], project["entry-points"])
    for name, content in FILES.items():
        (folder / name).write_text(content, "utf-8")
    return folder


def test_its_captioner_keeps_what_every_captioner_promises(package: Path) -> None:
    (line,) = (line for line in LINES if line.startswith("python -m pytest"))
    paths = [str(package), str(Path(emotigram.__file__).parent.parent)]
    done = subprocess.run(
        [sys.executable, *shlex.split(line)[1:], "-p", "no:cacheprovider"],
        cwd=package,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


@pytest.mark.parametrize("line", [line for line in LINES if line.startswith("emotigram ")])
def test_commands(line: str, package: Path, china: Path) -> None:
    shutil.copy(china, "photo.jpg")
    done = CliRunner().invoke(app, shlex.split(line)[1:])
    assert done.exit_code == 0, done.stderr
    assert "tell light from dark" in done.stdout or "photo.jpg" in done.stdout


def test_it_reads_the_photo(package: Path, china: Path) -> None:
    done = CliRunner().invoke(app, ["read", str(china), "--engine", "light", "--json"])
    assert '"A light photo."' in done.stdout
