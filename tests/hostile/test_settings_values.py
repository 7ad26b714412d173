"""Numbers that no computer can count or wait for are wrong settings, wherever they are set."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from emotigram.apps.cli.main import app
from emotigram.errors import SettingsError
from emotigram.settings import Settings, load_settings

NUMBERS = {name for name, field in Settings.model_fields.items() if field.annotation in (int, float, float | None)}
FLOATS = {name for name in NUMBERS if Settings.model_fields[name].annotation is not int}
UNBOUNDED = {"budget"}  # what money somebody has is theirs to say


@pytest.mark.parametrize("value", ["inf", "-inf", "nan"])
@pytest.mark.parametrize("name", sorted(FLOATS))
def test_what_is_no_finite_number_is_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("emotigram.toml").write_text(f"{name} = {value}\n", "utf-8")
    assert refused() == name
    Path("emotigram.toml").unlink()
    monkeypatch.setenv(f"EMOTIGRAM_{name.upper()}", value)
    assert refused() == name
    monkeypatch.delenv(f"EMOTIGRAM_{name.upper()}")
    assert refused(**{name: float(value)}) == name


@pytest.mark.parametrize("name", sorted(NUMBERS - UNBOUNDED))
def test_no_number_is_without_a_limit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    number = "1e300" if name in FLOATS else "1" + "0" * 300
    Path("emotigram.toml").write_text(f"{name} = {number}\n", "utf-8")
    assert refused() == name
    Path("emotigram.toml").unlink()
    monkeypatch.setenv(f"EMOTIGRAM_{name.upper()}", number)
    assert refused() == name


@pytest.mark.parametrize("line", ["decode_memory_mb = inf", "shutdown_s = inf", "shutdown_s = 1e300", "threads = 5000"])
def test_a_command_says_so_in_two_lines(line: str) -> None:
    Path("emotigram.toml").write_text(f"{line}\n", "utf-8")
    for command in ("serve", "doctor"):
        result = CliRunner().invoke(app, ["--interface", "en", command])
        assert (result.exit_code, len(result.stderr.splitlines())) == (2, 2)
        assert line.split(maxsplit=1)[0] in result.stderr


def refused(**arguments: object) -> str:
    """The setting that is told to be wrong."""
    with pytest.raises(SettingsError) as caught:
        load_settings(**arguments)
    return str(caught.value.values["detail"]).partition(":")[0]
