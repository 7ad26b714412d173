"""Engines are found where they lie, ours and those of installed packages, and a broken one stands in nobody's way."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner

from emotigram.apps.cli.main import app
from emotigram.assembly import choose_engine, load_engine, open_studio
from emotigram.domain import Photo
from emotigram.engines import Engine
from emotigram.errors import EngineUnusable, UnknownName
from emotigram.registry import ROLES, engine_keys, engine_named, own_keys
from emotigram.settings import Settings
from tests.packages import install
from tests.test_package import HEAVY

PHOTO = Photo(Image.new("RGB", (60, 40), (200, 30, 30)), "drawn", "")
PLAIN = """
from emotigram.domain import Captions

class Plain:
    __slots__ = SLOTS
    name = "plain"

    def read(self, photos):
        return [Captions({"en": "A photo.", "zh": "一张照片。"}, {}, ()) for _ in photos]

def build(settings):
    return Plain()
"""
BEST = """
from emotigram.engines import Engine
ENGINE = Engine({"en": "best", "zh": "最好"}, build, suits=lambda settings: True, rank=9)
"""


@pytest.fixture
def third_party(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Install a captioner of somebody else: its module's text, and what the entry point names in it."""

    def installed(source: str, module: str, of_it: str = "", key: str = "plain") -> None:
        value = f"{module}:{of_it}" if of_it else module
        site = install(monkeypatch, tmp_path / module, f"theirs-{module}", {"emotigram.captioners": {key: value}})
        (site / f"{module}.py").write_text(source, "utf-8")
        monkeypatch.delitem(sys.modules, module, raising=False)

    return installed


def found() -> dict[str, dict[str, Any]]:
    done = CliRunner().invoke(app, ["doctor", "--json"])
    assert done.exit_code == 0, done.stderr
    return {finding["name"]: finding for finding in json.loads(done.stdout)["findings"]}


@pytest.mark.parametrize("role", ROLES)
def test_each_module_in_a_roles_folder_is_an_engine(role: Any) -> None:
    assert own_keys(role)[0] == "embedded"
    for key in own_keys(role):
        engine = engine_named(role, key)
        assert isinstance(engine, Engine)
        assert engine.names.keys() == {"en", "zh"}


def test_what_engines_say_of_themselves_pulls_in_nothing_heavy() -> None:
    code = (
        "from emotigram.registry import ROLES, engine_keys, engine_named\n"
        "from emotigram.settings import Settings\n"
        "for role in ROLES:\n"
        "    for key in engine_keys(role): engine_named(role, key).missing(Settings())\n"
        "import sys; print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & set(HEAVY)


@pytest.mark.parametrize("of_it", ["build", ""])
def test_a_function_or_a_module_will_do_and_gets_what_it_leaves_out(third_party: Any, of_it: str) -> None:
    third_party(PLAIN.replace("SLOTS", '("__dict__",)'), f"plain_{of_it or 'module'}", of_it)
    assert load_engine("captioner", "plain", Settings()).sends_photos_to == ""
    assert open_studio(captioner="plain", writer="embedded").sends_photos_to == ""
    assert found()["captioner.plain"]["usable"]


def test_help_and_errors_name_it(third_party: Any) -> None:
    third_party(PLAIN, "plain_named")
    assert "plain" in engine_keys("captioner")
    with pytest.raises(UnknownName) as caught:
        engine_named("captioner", "nosuch")
    assert "plain" in caught.value.hint()


def test_auto_takes_the_best_that_suits(third_party: Any) -> None:
    third_party(PLAIN.replace("SLOTS", "()") + BEST, "plain_best", "ENGINE", key="best")
    assert choose_engine("captioner", Settings()) == ("best", ())


def test_ours_keep_their_names(third_party: Any) -> None:
    third_party(PLAIN, "plain_posing", "build", key="embedded")
    assert engine_keys("captioner").count("embedded") == 1
    assert load_engine("captioner", "embedded", Settings()).read([PHOTO])[0].features


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import nosuch_library", "nosuch_library"),
        ("1 / 0", "ZeroDivisionError"),
        ("build = 5", "no build(settings)"),
        ("def build(settings): raise RuntimeError('no luck')", "no luck"),
        ("class Writer:\n    name = 'w'\nbuild = lambda settings: Writer()", "it lacks read"),
        (PLAIN.replace("SLOTS", "()"), "sends_photos_to"),
    ],
)
def test_a_broken_one_is_told_of_and_stands_in_nobodys_way(
    third_party: Any, source: str, reason: str, china: Path
) -> None:
    third_party(source, f"broken_{abs(hash(source))}", key="broken")
    with pytest.raises(EngineUnusable, match="theirs") as caught:
        load_engine("captioner", "broken", Settings())
    assert reason in caught.value.message()
    listed = found()["captioner.broken"]
    assert listed["usable"] or reason in listed["needs"]
    assert choose_engine("captioner", Settings()) == ("embedded", ())
    done = CliRunner().invoke(app, ["read", str(china), "--engine", "broken"])
    assert done.exit_code == 4
    assert "Traceback" not in done.output
