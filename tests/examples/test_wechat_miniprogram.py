"""The mini-program's page works against the real API, and its parts fit together."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from emotigram import catalogue, open_studio
from tests.apps.api.server import serving

HERE = Path(__file__).parent
APP = HERE.parents[1] / "examples/wechat-miniprogram"
PAGE = APP / "pages/index"
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, china: Path) -> Any:
    """What a user sees after a first post, a second and a broken photo."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    broken = tmp_path_factory.mktemp("photos") / "broken.jpg"
    broken.write_bytes(b"no photo")
    with serving(open_studio(writer="embedded", interface="en")) as server:
        command = [node, str(HERE / "run_miniprogram.js"), str(APP), server, str(china), str(broken)]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_pickers_offer_what_the_server_knows(shown: Any) -> None:
    first = shown["first"]
    assert sorted(each["key"] for each in first["platforms"]) == sorted(catalogue.keys("platforms"))
    assert sorted(each["key"] for each in first["styles"]) == sorted(catalogue.keys("styles"))
    assert first["platforms"][first["platformIndex"]]["key"] == "xiaohongshu"


def test_a_photo_becomes_a_post_that_can_be_copied(shown: Any) -> None:
    first = shown["first"]
    assert HAN.search(first["post"]["title"])
    assert HAN.search(first["post"]["text"])
    assert first["post"]["hashtags"]
    assert HAN.search(first["description"])
    assert first["mood"] in ("积极", "平静", "低落")
    assert shown["seen"]["clipboard"] == f"{first['post']['title']}\n\n{first['post']['full']}"
    assert shown["seen"]["progress"][0] == 100
    assert not first["isBusy"]
    assert not first["error"]


def test_another_post_needs_no_second_upload(shown: Any) -> None:
    assert shown["second"]["post"]["text"] != shown["first"]["post"]["text"]
    posts = [call for call in shown["seen"]["calls"] if call.startswith("POST")]
    assert posts == ["POST /v1/posts"] * 3
    assert shown["second"]["error"] == ""


def test_a_broken_photo_is_explained(shown: Any) -> None:
    assert "broken.jpg：不是可读取的图片。" in shown["refused"]["error"]
    assert shown["refused"]["post"] is None
    assert not shown["refused"]["isBusy"]


@pytest.mark.parametrize("path", sorted(APP.rglob("*.json")), ids=lambda path: path.name)
def test_json_files_parse(path: Path) -> None:
    assert isinstance(json.loads(path.read_text("utf-8")), dict)


def test_every_page_is_complete() -> None:
    for page in json.loads((APP / "app.json").read_text("utf-8"))["pages"]:
        assert all((APP / f"{page}.{kind}").exists() for kind in ("js", "json", "wxml", "wxss"))


def test_the_markup_names_only_handlers_and_data_that_exist() -> None:
    markup, code = ((PAGE / f"index.{kind}").read_text("utf-8") for kind in ("wxml", "js"))
    handlers = set(re.findall(r'bind\w+="(\w+)"', markup))
    assert handlers
    assert not {name for name in handlers if not re.search(rf"^  (?:async )?{name}\(", code, re.MULTILINE)}
    expressions = " ".join(re.sub(r"'[^']*'", "", each) for each in re.findall(r"{{(.*?)}}", markup))
    roots = set(re.findall(r"(?<![\w.])[A-Za-z]\w*", expressions)) - {"item"}
    data = code[code.index("data: {") : code.index("onLoad()")]
    assert roots
    assert roots <= set(re.findall(r"^    (\w+):", data, re.MULTILINE))


def test_every_class_has_a_look() -> None:
    markup, sheet = ((PAGE / f"index.{kind}").read_text("utf-8") for kind in ("wxml", "wxss"))
    assert set(re.findall(r'class="(\w+)"', markup)) <= set(re.findall(r"\.(\w+)\b", sheet))


def test_no_key_and_no_app_id_are_given_away() -> None:
    assert 'key: ""' in (APP / "config.js").read_text("utf-8")
    assert json.loads((APP / "project.config.json").read_text("utf-8"))["appid"] == "touristappid"
