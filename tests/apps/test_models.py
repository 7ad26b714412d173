"""``emotigram models`` as a user meets it, against a hub on loopback."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from emotigram import catalogue
from emotigram.apps.cli.main import app
from emotigram.testing.hub import COMMIT, REPO, SHARDS, WANTED, FakeHub, tree, use_hub

FIRST, SECOND = sorted(SHARDS)
ROOT = Path(__file__).parents[2]


def models(*words: object, interface: str = "en") -> Result:
    """Run a command in this process, where nobody can be asked; what it raises must have become an exit code."""
    result = CliRunner().invoke(app, ["--interface", interface, "models", *map(str, words)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EMOTIGRAM_WEIGHTS_DIR", str(tmp_path / "store"))
    return tmp_path / "store"


@pytest.fixture
def hub(store: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    with FakeHub() as hub:
        use_hub(monkeypatch, hub.endpoint)
        yield hub


def at_terminal(answer: str, *words: object) -> tuple[int, str]:
    """Run a command on a terminal of its own and type an answer; returns exit code and all that was shown."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb+", buffering=0) as terminal:
        command = [sys.executable, "-m", "emotigram", "models", *map(str, words)]
        process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, "TERM": "vt100"}
        )
        os.close(theirs)
        shown = b""
        while b"[y/N]" not in shown:
            shown += terminal.read(1024)
        terminal.write(f"{answer}\n".encode())
        try:
            while more := terminal.read(1024):
                shown += more
        except OSError:  # how Linux says that nobody has the other end any more
            pass
    return process.wait(timeout=30), shown.decode()


def test_a_no_fetches_nothing_and_a_yes_fetches_all(hub: FakeHub, store: Path) -> None:
    code, shown = at_terminal("n", "pull", REPO)
    assert code == 1
    size = f"{sum(map(len, WANTED.values())) / 1000:.1f} kB"
    for words in (REPO, COMMIT[:12], size, str(store / "owner--tiny"), "Licence: mit", "Nothing was fetched"):
        assert words in shown
    assert hub.fetched() == []
    assert not store.exists()
    code, shown = at_terminal("y", "pull", REPO)
    assert code == 0, shown
    assert f"Fetching {SECOND}" in shown
    assert tree(store / "owner--tiny") == WANTED
    # the library, in a process of its own, must not ask this hub for anything else
    assert all(each.path.startswith((f"/api/models/{REPO}", f"/{REPO}/resolve/")) for each in hub.requests)


@pytest.mark.parametrize(
    ("interface", "words"), [("en", ("Size: ", "Nothing was fetched")), ("zh", ("大小：", "没有下载"))]
)
def test_where_nobody_can_be_asked_it_says_what_it_would_do(
    hub: FakeHub, store: Path, interface: str, words: tuple[str, str]
) -> None:
    result = models("pull", REPO, interface=interface)
    assert result.exit_code == 2
    assert words[0] in result.stdout
    assert words[1] in result.stderr
    assert "--yes" in result.stderr
    assert hub.fetched() == []
    assert not store.exists()


def test_pull_list_verify_and_remove(hub: FakeHub, store: Path) -> None:
    pulled = models("pull", REPO, "--yes")
    assert pulled.exit_code == 0, pulled.stderr
    assert f"{REPO}: whole" in pulled.stdout
    assert "owner/tiny" in models("list").stdout
    assert "all 7 files" in models("verify").stdout
    hub.requests.clear()
    assert models("pull", REPO).exit_code == 0  # nothing is missing: nothing to ask
    assert hub.fetched() == []
    kept = models("remove", REPO)
    assert kept.exit_code == 2
    assert "Nothing was removed" in kept.stderr
    removed = models("remove", REPO, "-y")
    assert removed.exit_code == 0
    assert "freed" in removed.stdout
    assert list(store.iterdir()) == []
    assert models("remove", REPO, "-y").exit_code == 4
    assert "nothing to verify" in models("verify").stdout


def test_the_list_as_json(hub: FakeHub, store: Path) -> None:
    models("pull", REPO, "--yes")
    found = json.loads(models("list", "--json").stdout)
    assert found["folder"] == str(store)
    states = {each["name"]: each["state"] for each in found["weights"]}
    assert states == {**{each.key: "absent" for each in catalogue.weights()}, REPO: "here"}
    assert found["weights"][0]["licence"] == catalogue.weights()[0].licence


@pytest.mark.parametrize(("interface", "words"), [("en", ("at hand", "not fetched")), ("zh", ("可用", "未下载"))])
def test_the_list_in_both_languages(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch, interface: str, words: tuple[str, str]
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    models("pull", REPO, "--yes")
    shown = models("list", interface=interface).stdout
    for word in (*words, *(each.key for each in catalogue.weights()), "3.7 B", "Apache-2.0", "15.0 GB"):
        assert word in shown


@pytest.mark.parametrize(("interface", "words"), [("en", "are damaged"), ("zh", "已损坏")])
def test_a_flipped_bit_is_named(hub: FakeHub, store: Path, interface: str, words: str) -> None:
    models("pull", REPO, "--yes")
    (store / "owner--tiny" / FIRST).write_bytes(SHARDS[FIRST][:-1] + b"?")
    result = models("verify", interface=interface)
    assert result.exit_code == 4
    assert words in result.stderr
    assert FIRST in result.stderr
    assert f"emotigram models pull {REPO}" in result.stderr
    assert models("pull", REPO, "--yes").exit_code == 0
    assert models("verify", REPO).exit_code == 0


@pytest.mark.parametrize(
    ("interface", "status", "words"),
    [("en", 404, "refused it (HTTP 404)"), ("zh", 401, "拒绝了请求（HTTP 401）"), ("en", 503, "does not answer")],
)
def test_the_hub_says_no(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch, interface: str, status: int, words: str
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    hub.status = status
    result = models("pull", REPO, "--yes", "--debug", interface=interface)
    assert result.exit_code == 4
    assert words in result.stderr
    assert "hf_secret" not in result.output
    assert "hf_secret" in hub.requests[0].headers["authorization"]


def test_damaged_on_the_way_full_disk_and_offline(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.altered[FIRST] = SHARDS[FIRST][:-1] + b"?"
    assert "is not what the hub promised" in models("pull", REPO, "--yes").stderr
    hub.claimed[SECOND] = 10**15
    full = models("pull", REPO, "--yes")
    assert "1.0 PB" in full.stdout  # shown before
    assert "are free" in full.stderr
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    offline = models("pull", REPO, "--yes")
    assert "HF_HUB_OFFLINE forbids the network" in offline.stderr
    assert (full.exit_code, offline.exit_code) == (4, 4)


@pytest.mark.parametrize("command", ["pull", "verify", "remove"])
@pytest.mark.parametrize("name", ["../stolen", "nothing", "a/b/c"])
def test_names_that_are_none(hub: FakeHub, store: Path, command: str, name: str) -> None:
    result = models(command, name, *(["--yes"] if command != "verify" else []))
    assert result.exit_code == 4
    assert "blip2-opt-2.7b" in result.stderr
    assert hub.requests == []
    assert not store.exists()


def test_a_folder_of_the_users_own_is_verified_and_never_removed(store: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / FIRST).write_bytes(SHARDS[FIRST])
    assert "no checksums" in models("verify", mine).stdout
    result = models("remove", mine, "--yes", interface="zh")
    assert result.exit_code == 4
    assert "不能删除" in result.stderr
    assert (mine / FIRST).exists()
    (mine / FIRST).write_bytes(SHARDS[FIRST][:-5])
    assert models("verify", mine).exit_code == 4


def test_pickled_weights_are_called_so(hub: FakeHub) -> None:
    hub.files = {"config.json": b"{}", "pytorch_model.bin": b"pickle"}
    hub.tags = []
    shown = models("pull", REPO).stdout
    assert "pickled" in shown
    assert "Licence: not stated" in shown


def test_what_a_hub_says_cannot_command_the_terminal(hub: FakeHub) -> None:
    hub.tags = ["license:\x1b[2Jmit"]
    assert "\x1b" not in models("pull", REPO).stdout


def test_without_the_extra_all_but_pull_works(store: Path) -> None:
    code = (
        "import sys; sys.modules['huggingface_hub'] = None\n"
        "from typer.testing import CliRunner\n"
        "from emotigram.apps.cli.main import app\n"
        "for words in (['list'], ['verify'], ['pull', 'owner/tiny']):\n"
        "    result = CliRunner().invoke(app, ['models', *words])\n"
        "    print(result.exit_code, result.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert [line[0] for line in done.stdout.splitlines() if line[:1].isdigit()] == ["0", "0", "4"]
    assert "pip install 'emotigram[blip2]'" in done.stdout


def test_the_command_line_starts_without_the_hubs_library() -> None:
    code = "import emotigram.apps.cli.main, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert not {"huggingface_hub", "torch", "emotigram.weights.pull"} & set(done.stdout.split())


def test_the_commands_of_the_documentation_exist(store: Path) -> None:
    page = (ROOT / "docs" / "models.md").read_text("utf-8")
    lines = [line for block in re.findall(r"^```sh\n(.*?)^```", page, re.M | re.S) for line in block.splitlines()]
    assert lines
    for line in lines:
        _, *words = shlex.split(line.split("  #")[0])
        assert CliRunner().invoke(app, words).exit_code == 0
    for entry in catalogue.weights():
        assert f"`{entry.key}`" in page
