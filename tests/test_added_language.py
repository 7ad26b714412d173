"""A language in another script of one that is there takes one file."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import emotigram

HONG_KONG = """
names = { en = "Chinese (Hong Kong)", zh = "繁体中文（香港）" }
native_name = "繁體中文（香港）"
script = '\\p{Han}'
default_platform = "instagram"
lengths_like = "zh"
words_of = "zh"
script_conversion = "s2hk"
reverse_conversion = "hk2s"
"""
ASK = """
import json, sys
from emotigram import catalogue, open_photo, open_studio
from emotigram.editing.languages import identify
studio = open_studio(writer="embedded")
post = studio.write(studio.read(open_photo(sys.argv[1])), language="zh-HK", platform="instagram")
names = ("zh_HK.UTF-8", "zh_TW", "zh_CN")
print(json.dumps({
    "language": post.language, "checks": {check.name: check.passed for check in post.checks},
    "locales": [catalogue.language_of_locale(name) for name in names],
    "identified": identify("在水邊安靜地走一走，又變回了自己，真好。"),
}))
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A folder to import EmotiGram from, whose data have one file more."""
    real, copy = Path(emotigram.__file__).parent, tmp_path / "emotigram"
    copy.mkdir()
    for part in real.iterdir():
        if part.name != "data":
            (copy / part.name).symlink_to(part)
    shutil.copytree(real / "data", copy / "data")
    (copy / "data/languages/zh-HK.toml").write_text(HONG_KONG, "utf-8")
    return tmp_path


def test_one_file_makes_a_language_of_another_script(package: Path, china: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(package)}
    command = [sys.executable, "-c", ASK, str(china)]
    done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["language"] == "zh-HK"
    assert found["checks"]["language"]
    assert "emotion" in found["checks"]  # judged by way of the language that the engine reads
    assert found["locales"] == ["zh-HK", "zh-TW", "zh"]
    assert found["identified"] == "zh-TW"
