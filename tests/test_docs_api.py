"""What the API's guide says is so, in both languages: its commands run, its tables are those of the code."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from emotigram import errors, open_studio
from emotigram.apps.http.problems import STATUSES
from emotigram.errors import ChatError, RequestError
from emotigram.settings import Settings
from tests.aio import apart
from tests.apps.api.server import serving
from tests.error_kinds import kinds_of

ROOT = Path(__file__).parent.parent
GUIDES = ["docs/api.md", "docs/api.zh-CN.md"]
ADDRESS = "http://127.0.0.1:7860"


def _blocks(guide: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", (ROOT / guide).read_text("utf-8"), re.MULTILINE | re.DOTALL)


CURL = [(guide, block) for guide in GUIDES for block in _blocks(guide, "sh") if "curl" in block]
KEYLESS = [case for case in CURL if "emotigram keys" not in case[1]]
KEYED = [case for case in CURL if "emotigram keys" in case[1]]
PYTHON = [(guide, block) for guide in GUIDES for block in _blocks(guide, "python")]


@pytest.fixture(autouse=True)
def photo(china: Path) -> None:
    shutil.copy(china, "photo.jpg")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that asks for no key."""
    keys_file = tmp_path_factory.mktemp("keys") / "keys.sqlite3"
    with serving(open_studio(writer="embedded", interface="en", keys_file=keys_file)) as url:
        yield url


def _run(block: str, server: str) -> str:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    script = block.replace("curl ", "curl -sS ").replace(ADDRESS, server)
    done = subprocess.run(
        ["sh", "-euc", script],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PATH": path},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    return done.stdout


@pytest.mark.parametrize(("guide", "block"), KEYLESS)
def test_commands(server: str, guide: str, block: str) -> None:
    problems = re.findall(r"urn:emotigram:problem:(\w+)", _run(block, server))
    assert problems == (["unknown_name"] if "myspace" in block else [])


@pytest.mark.parametrize(("guide", "block"), KEYED)
def test_commands_with_a_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, guide: str, block: str) -> None:
    keys_file = tmp_path / "keys.sqlite3"
    monkeypatch.setenv("EMOTIGRAM_KEYS_FILE", str(keys_file))
    with serving(open_studio(writer="embedded", interface="en", api_keys="always", keys_file=keys_file)) as url:
        said = _run(block, url)
    assert "urn:emotigram:problem" not in said
    assert "my-app" in said


@pytest.mark.parametrize(("guide", "block"), PYTHON)
def test_python_snippets(server: str, capsys: pytest.CaptureFixture[str], guide: str, block: str) -> None:
    apart(exec, compile(block.replace(ADDRESS, server), guide, "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("language", ["sh", "json"])
def test_both_guides_show_the_same_commands(language: str) -> None:
    english, chinese = (
        [line.split("#")[0].strip() for b in _blocks(g, language) for line in b.splitlines()] for g in GUIDES
    )
    assert english == chinese


@pytest.mark.parametrize(("guide", "yes"), [(GUIDES[0], "yes"), (GUIDES[1], "是")])
def test_the_table_of_problems_is_that_of_the_code(guide: str, yes: str) -> None:
    page = (ROOT / guide).read_text("utf-8")
    told = {
        code: (int(status), again == yes)
        for code, status, again in re.findall(r"^\| `(\w+)` \| (\d{3}) \| (yes|no|是|否) \|", page, re.MULTILINE)
    }
    kinds = {kind.code: kind for kind in kinds_of()}
    known = {
        code: (next(STATUSES[base] for base in kinds[code].__mro__ if base in STATUSES), kinds[code].retryable)
        for code in told
    }
    assert told == known
    asked = {kind.code for kind in (*kinds_of(RequestError), *kinds_of(ChatError))}
    photos = {
        kind.code for kind in (errors.PhotoEmpty, errors.PhotoNotAnImage, errors.PhotoDamaged, errors.PhotoTooLarge)
    }
    assert asked | photos <= told.keys()


@pytest.mark.parametrize("guide", GUIDES)
def test_the_table_of_limits_is_that_of_the_settings(guide: str) -> None:
    page = (ROOT / guide).read_text("utf-8")
    _, _, limits = page.partition("| `max_upload_mb` ")
    rows = re.findall(r"^\| `(\w+)` \| (\S+) \|", f"| `max_upload_mb` {limits}", re.MULTILINE)
    assert len(rows) > 5
    for name, told in rows:
        default = getattr(Settings(), name)
        assert told == (f"{default:g}" if isinstance(default, float) else str(default))
