"""The page of all settings is what the class says, in both languages."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from pydantic import SecretStr

from emotigram.apps.configuration import configuration
from emotigram.settings import Settings, load_settings

ROOT = Path(__file__).parent.parent
PAGES = {"en": "configuration.md", "zh": "configuration.zh-CN.md"}
LANGUAGES = pytest.mark.parametrize("language", PAGES)


def _page(language: str) -> str:
    return (ROOT / "docs" / PAGES[language]).read_text("utf-8")


def _rows(language: str) -> dict[str, list[str]]:
    rows = [line.strip("| ").split(" | ") for line in _page(language).splitlines() if line.startswith("| `")]
    return {row[0].strip("`"): row for row in rows}


@LANGUAGES
def test_the_page_is_written_from_the_settings(language: str) -> None:
    assert _page(language) == configuration(language), "run: make docs"


@LANGUAGES
def test_every_setting_is_told_in_one_sentence(language: str) -> None:
    rows = _rows(language)
    assert sorted(rows) == sorted(Settings.model_fields)
    for name, row in rows.items():
        assert row[1] == f"`EMOTIGRAM_{name.upper()}`"
        assert row[-1].endswith("." if language == "en" else "。"), name


def test_choices_limits_and_defaults_are_shown() -> None:
    rows = _rows("en")
    assert rows["beams"][2:4] == ["whole number 1–16", "`5`"]
    assert rows["timeout_s"][2:4] == ["number > 0, ≤ 86400", "`90`"]
    assert rows["log_format"][2:4] == ["`text`, `json`", "`text`"]
    assert rows["cors_origins"][2:4] == ["list of texts", "`[]`"]
    assert rows["compile"][2:4] == ["`true`, `false`", "`false`"]


def test_secrets_are_shown_as_empty() -> None:
    secrets = [name for name, field in Settings.model_fields.items() if field.annotation is SecretStr]
    assert secrets
    assert [_rows("en")[name][2:4] for name in secrets] == [["secret text", ""]] * len(secrets)


@LANGUAGES
def test_the_example_is_read_as_it_stands(language: str) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", _page(language), re.DOTALL)
    Path("emotigram.toml").write_text(example, "utf-8")
    read = load_settings().model_dump(mode="json")
    wanted = tomllib.loads(example)
    assert {name: read[name] for name in wanted} == wanted


@LANGUAGES
def test_the_variables_of_the_page_are_read(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in re.findall(r"^export (EMOTIGRAM_\w+)='?([^'\n]+)", _page(language), re.MULTILINE):
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert (settings.platform, settings.cors_origins) == ("xiaohongshu", ("https://example.org",))


def test_the_command_prints_utf8_whatever_the_locale() -> None:
    command = [sys.executable, "-m", "emotigram.apps.configuration", "--language", "zh"]
    done = subprocess.run(command, capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.stdout.decode("utf-8") == configuration("zh")
