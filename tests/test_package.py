"""What importing and installing the package promises."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import requires, version
from pathlib import Path

import emotigram

HEAVY = [
    *("torch", "transformers", "peft", "gradio", "fastapi", "ray", "av", "openai"),
    *("pyarrow", "sklearn", "matplotlib", "scipy", "rapidocr", "cv2"),
]


def _modules_after(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_importing_emotigram_pulls_in_nothing_heavy() -> None:
    assert not _modules_after("import emotigram") & set(HEAVY)


def test_the_client_of_the_api_pulls_in_nothing_heavy() -> None:
    assert not _modules_after("import emotigram.client") & set(HEAVY)


def test_opening_an_offline_studio_pulls_in_nothing_heavy_and_no_training() -> None:
    modules = _modules_after("import emotigram; emotigram.open_studio(writer='embedded')")
    assert not modules & set(HEAVY)
    assert not {module for module in modules if module.startswith("emotigram.training")}


def test_an_offline_reading_leaves_no_trace_and_reports_to_nobody(china: Path, tmp_path: Path) -> None:
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    home.mkdir()
    temporary.mkdir()
    code = (
        "from emotigram import open_photo, open_studio\n"
        f"studio = open_studio(writer='embedded'); studio.write(studio.read(open_photo({str(china)!r})))"
    )
    places = {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "TMPDIR": str(temporary)}
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    subprocess.run([sys.executable, "-c", code], check=True, env={**environment, **places}, cwd=home)
    assert set(tmp_path.rglob("*")) == {home, temporary}


def test_the_core_requires_nothing_heavy() -> None:
    core = [line for line in requires("emotigram") or [] if "extra ==" not in line]
    assert core
    assert not [line for line in core if any(line.startswith(name) for name in HEAVY if name != "openai")]


def test_every_public_name_exists() -> None:
    assert all(hasattr(emotigram, name) for name in emotigram.__all__)


def test_the_package_says_which_version_it_is() -> None:
    assert emotigram.__version__ == version("emotigram")
