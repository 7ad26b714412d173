"""What is said, once, of readers that are larger than the embedded one: by the command line and the page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from emotigram import catalogue
from emotigram.apps.cli.main import app
from emotigram.settings import Settings
from tests.checkpoints.florence2 import save_florence2
from tests.checkpoints.store import save_into_store

PULL, CHOOSE = "emotigram models pull", "EMOTIGRAM_CAPTIONER_MODEL="
FLORENCE = "florence-2-base-ft"


def doctor(*words: str, interface: str = "en") -> str:
    done = CliRunner().invoke(app, ["--interface", interface, "doctor", *words])
    assert done.exit_code == 0, done.stderr
    return done.stdout


def last_line(*words: str, interface: str = "en") -> str:
    """The line below the doctor's tables, which name commands of their own."""
    return doctor(*words, interface=interface).splitlines()[-1]


def at_terminal(*words: object, **variables: str) -> str:
    """All that a command shows on a terminal of its own."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        command = [sys.executable, "-m", "emotigram", "--interface", "en", *map(str, words)]
        environment = {**os.environ, "TERM": "vt100", "PYTHONIOENCODING": "utf-8", **variables}
        process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
        os.close(theirs)
        shown = b""
        try:
            while more := terminal.read(1024):
                shown += more
        except OSError:  # how Linux says that nobody has the other end any more
            pass
    assert process.wait(timeout=60) == 0, shown
    return shown.decode("utf-8")


@pytest.fixture
def pulled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Florence-2 lies in the store."""
    save_into_store(FLORENCE, save_florence2, Settings(weights_dir=tmp_path / "store"))
    monkeypatch.setenv("EMOTIGRAM_WEIGHTS_DIR", str(tmp_path / "store"))


@pytest.mark.parametrize(("interface", "speaks"), [("en", "English"), ("zh", "简体中文")])
def test_the_doctor_names_the_smallest_download_that_speaks_the_users_language(interface: str, speaks: str) -> None:
    smallest = min((each for each in catalogue.weights() if interface in each.languages), key=lambda each: each.size_gb)
    line = last_line(interface=interface)
    assert f"{PULL} {smallest.key}" in line
    for fact in (f"{smallest.size_gb:g} GB", smallest.licence, speaks):
        assert fact in line


def test_what_must_be_installed_first_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "pip install" not in last_line()
    monkeypatch.setitem(sys.modules, "peft", None)
    for interface in ("en", "zh"):
        assert "pip install 'emotigram[blip2]'" in last_line(interface=interface)


@pytest.mark.usefixtures("pulled")
def test_weights_that_are_here_are_to_be_chosen_and_not_fetched_again() -> None:
    for interface in ("en", "zh"):
        assert f"{CHOOSE}{FLORENCE}" in last_line(interface=interface)
        assert PULL not in last_line(interface=interface)


@pytest.mark.usefixtures("pulled")
@pytest.mark.parametrize(
    ("name", "value"),
    [("CAPTIONER_MODEL", FLORENCE), ("VISION_PROVIDER", "ollama"), ("CAPTIONER", "embedded"), ("HINTS", "false")],
)
def test_who_has_chosen_hears_nothing(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said = last_line()
    monkeypatch.setenv(f"EMOTIGRAM_{name}", value)
    assert said not in doctor()
    assert f"{CHOOSE}{FLORENCE}" not in doctor()


def test_programs_get_findings_alone() -> None:
    assert set(json.loads(doctor("--json"))) == {"version", "findings"}


def test_a_terminal_hears_it_once_below_the_results_and_programs_never(china: Path) -> None:
    piped = CliRunner().invoke(app, ["read", str(china)])
    assert PULL not in piped.output
    assert PULL not in at_terminal("read", china, "--json")
    first = at_terminal("read", china)
    assert first.splitlines()[-1].startswith("A larger reader")
    assert f"{PULL} {FLORENCE}" in first
    assert "EMOTIGRAM_HINTS=false" in first
    assert PULL not in at_terminal("caption", china)


def test_what_the_doctor_told_at_a_terminal_is_not_told_again(china: Path) -> None:
    assert f"{PULL} {FLORENCE}" in at_terminal("doctor")
    assert PULL not in at_terminal("read", china)
    assert f"{PULL} {FLORENCE}" in at_terminal("doctor")  # who asks is answered


def test_where_nothing_can_be_remembered_results_stay_as_they_are(china: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert PULL not in at_terminal("read", china, XDG_STATE_HOME=str(tmp_path / "file"))
