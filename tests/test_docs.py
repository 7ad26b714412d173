"""Every snippet of the READMEs runs, and what they link to exists."""

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

from emotigram import catalogue
from emotigram.apps.cli.main import app
from emotigram.domain import Platform, Provider

ROOT = Path(__file__).parent.parent
READMES = ["README.md", "README.zh-CN.md"]
PAGES = [*READMES, "docs/posts.md"]


def _blocks(readme: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", (ROOT / readme).read_text("utf-8"), re.MULTILINE | re.DOTALL)


def _lines(prefix: str) -> list[str]:
    lines = [line for page in PAGES for block in _blocks(page, "sh") for line in block.splitlines()]
    return sorted({line.removeprefix(".venv/bin/").split("  #")[0].strip() for line in lines if prefix in line})


@pytest.fixture(autouse=True)
def photo(china: Path) -> None:
    shutil.copy(china, "photo.jpg")
    Path("photos").mkdir()
    shutil.copy(china, "photos/one.jpg")


@pytest.mark.parametrize("line", _lines("emotigram "))
def test_command_lines(line: str) -> None:
    done = CliRunner().invoke(app, shlex.split(line)[1:])
    assert done.exit_code == 0, done.stderr
    assert done.stdout.strip()


@pytest.mark.parametrize("line", _lines("make "))
def test_make_targets_exist(line: str) -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("make is not installed")
    done = subprocess.run([make, "-n", "-C", str(ROOT), *line.split()[1:]], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_pip_lines_name_an_extra_that_exists() -> None:
    assert [line for line in _lines("pip install") if "'.[web,ocr]'" in line]
    assert "\nweb = [" in (ROOT / "pyproject.toml").read_text("utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_python_snippets(page: str) -> None:
    for block in _blocks(page, "python"):
        done = subprocess.run(
            [sys.executable, "-c", block],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            env={**os.environ, "PYTHONUTF8": "1"},
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip()


@pytest.mark.parametrize(
    "page", [*READMES, "CONTRIBUTING.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
)
def test_links_lead_somewhere(page: str) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", (ROOT / page).read_text("utf-8"))
    missing = [
        target for target in targets if "://" not in target and not ((ROOT / page).parent / target).resolve().exists()
    ]
    assert missing == []


@pytest.mark.parametrize("platform", catalogue.platforms(), ids=lambda each: each.key)
def test_the_page_on_posts_tells_each_platforms_limits(platform: Platform) -> None:
    page = (ROOT / "docs/posts.md").read_text("utf-8")
    (row,) = re.findall(rf"^\| `{platform.key}` \|.*$", page, re.MULTILINE)
    for limit in (platform.text_limit, platform.byte_limit, platform.title_limit, platform.alt_text_limit):
        assert not limit or re.search(rf"\b{limit}\b", row)
    assert row.endswith(f"| {platform.confidence} |")


@pytest.mark.parametrize("provider", catalogue.providers(), ids=lambda each: each.key)
def test_the_page_on_posts_tells_each_providers_model_and_key(provider: Provider) -> None:
    page = (ROOT / "docs/posts.md").read_text("utf-8")
    (row,) = re.findall(rf"^\| `{provider.key}` \|.*$", page, re.MULTILINE)
    assert provider.model in row
    assert provider.key_env in row
    assert provider.price is not None
    assert not provider.key_env or f"{provider.price.prompt:g}, {provider.price.cached:g}" in row


def test_the_page_on_posts_names_every_check() -> None:
    page = (ROOT / "docs/posts.md").read_text("utf-8")
    names = tomllib.loads((ROOT / "src/emotigram/data/interface/en.toml").read_text("utf-8"))["check_names"]
    assert [name for name in names if f"`{name}`" not in page] == []


def test_both_readmes_show_the_same_commands() -> None:
    english, chinese = (
        [re.sub(r"--interface zh |--text \S+( \S+\")?", "", line) for line in "\n".join(_blocks(r, "sh")).splitlines()]
        for r in READMES
    )
    assert [line.split("#")[0].strip() for line in english] == [line.split("#")[0].strip() for line in chinese]
