"""Every command of docs/engines.md runs, on tiny weights of the real architecture and a server on loopback."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from emotigram.apps.cli.main import app
from emotigram.settings import Settings
from emotigram.testing.chat_server import ChatReply, FakeProvider
from emotigram.weights.store import own_folder, repo_of
from tests.checkpoints.blip2 import save_adapter, save_blip2
from tests.checkpoints.florence2 import save_florence2
from tests.checkpoints.store import save_into_store
from tests.sentiment.own_models import save_first, small_export, small_set
from tests.threads import one_thread
from tests.training.multimodal.exports import TORCHSCRIPT_IS_OLD

__all__ = ["one_thread"]
PAGE = Path(__file__).parent.parent / "docs" / "engines.md"
SEEN = {"description": {"en": "A temple.", "zh": "一座寺庙。"}, "tweet": {"en": "So quiet.", "zh": "真安静。"}}
pytestmark = TORCHSCRIPT_IS_OLD
INSTALLS = ("pip install", "emotigram models pull")  # what fetches from elsewhere has tests of its own


def _lines() -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    lines = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith(INSTALLS)]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the weights that the page names."""
    settings = Settings(weights_dir=tmp_path_factory.mktemp("weights"))
    for name, save in (("blip2-opt-2.7b", save_blip2), ("florence-2-base-ft", save_florence2)):
        save_into_store(name, save, settings)
    assert settings.weights_dir is not None
    return settings.weights_dir


@pytest.fixture(scope="module")
def own_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an export and the first EmotiGram's file."""
    folder = tmp_path_factory.mktemp("own")
    small_export(small_set(folder / "drawn"), folder / "runs" / "mood" / "export")
    save_first(folder / "first")
    (folder / "first" / "bert").rename(folder / "tokenizer")
    (folder / "first" / "best_model.pt").rename(folder / "best_model.pt")
    return folder


def _at_home(name: str) -> Path:
    return Path("~/models").expanduser() / name


@pytest.mark.parametrize("line", _lines())
def test_commands(line: str, store: Path, china: Path, request: pytest.FixtureRequest) -> None:
    shutil.copy(china, "photo.jpg")
    if "EMOTIGRAM_SENTIMENT=" in line:
        shutil.copytree(request.getfixturevalue("own_models"), ".", dirs_exist_ok=True)
    shutil.copytree(
        own_folder(repo_of("florence-2-base-ft"), Settings(weights_dir=store)), _at_home("Florence-2-base-ft")
    )
    if "EMOTIGRAM_ADAPTER=adapter" in line:
        save_adapter(own_folder(repo_of("blip2-opt-2.7b"), Settings(weights_dir=store)), Path("adapter"))
    words = shlex.split(line)
    own = dict(word.split("=", 1) for word in words if re.match(r"[A-Z_]+=", word))
    with FakeProvider(reply=lambda _: ChatReply([json.dumps(SEEN)])) as server:
        vision = {
            "EMOTIGRAM_BASE_URL": f"{server.url}/v1",
            "EMOTIGRAM_PROVIDER": own.get("EMOTIGRAM_VISION_PROVIDER", ""),
        }
        more = vision if "openai_vision" in line else {}
        variables = {"EMOTIGRAM_WEIGHTS_DIR": str(store), **own, **more}
        done = CliRunner().invoke(app, words[len(own) + 1 :], env=variables)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.strip()
