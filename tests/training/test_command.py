"""``emotigram train`` as a user meets it: sizes before, figures and models after, clear errors, nothing lost."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner, Result

from emotigram.apps.cli.main import app
from emotigram.training.progress import read_state
from tests.training.multimodal.exports import TORCHSCRIPT_IS_OLD
from tests.training.multimodal.small import draw_set

pytestmark = TORCHSCRIPT_IS_OLD
SMALL = ("--text-encoder", "bag_of_words", "--set", "width=16", "--set", "latent=8", "--set", "device=cpu")
WORDS = ("--fusion", "gated", "--epochs", 6)


def train(*words: object, interface: str = "en") -> Result:
    arguments = ["--interface", interface, "train", *map(str, words)]
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "160"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def sentiment(data: Path, out: Path, *more: object, interface: str = "en") -> Result:
    return train("sentiment", "--data", data, "--out", out, *SMALL, *more, interface=interface)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_set(tmp_path_factory.mktemp("drawn"))


@pytest.fixture
def data(drawn: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(drawn, tmp_path / "data"))


@pytest.fixture(scope="module")
def trained(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of TorchScript, as in pytestmark
        done = sentiment(drawn, tmp_path_factory.mktemp("trained") / "run", *WORDS)
    assert done.exit_code == 0, done.stderr
    return tmp_path_factory.getbasetemp() / "trained0" / "run"


@pytest.fixture
def run(trained: Path, tmp_path: Path) -> Path:
    """A copy of the finished run that a test may spoil."""
    return Path(shutil.copytree(trained, tmp_path / "run"))


@pytest.mark.parametrize(
    ("interface", "heads"),
    [("zh", ("文字", "照片", "图文")), pytest.param("en", ("text", "photo", "both"), marks=pytest.mark.nightly)],
)
def test_a_finished_run_shows_its_figures_in_both_languages(
    interface: str, heads: tuple[str, ...], drawn: Path, run: Path
) -> None:
    done = sentiment(drawn, run, *WORDS, interface=interface)  # nothing is left to learn
    assert done.exit_code == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    assert [row[0] for row in rows if row and row[0] in heads] == list(heads)
    assert str(run / "export") in done.stdout


def test_a_folder_of_ones_own_becomes_a_model_that_the_engine_loads(drawn: Path, trained: Path) -> None:
    written = {path.name for path in trained.iterdir()}
    assert written >= {"result.json", "curve.png", "confusion.png", "reliability.png", "log.jsonl", "tensorboard"}
    figures = json.loads((trained / "result.json").read_text("utf-8"))["figures"]
    assert figures["fused"]["accuracy"] > 0.9
    assert _judged(trained / "export", drawn / "test0.png", "lovely happy great") == "positive"
    assert _judged(trained / "export", drawn / "test1.png", "terrible awful sad") == "negative"


def test_a_dry_run_shows_sizes_and_writes_nothing(drawn: Path, tmp_path: Path) -> None:
    for interface, word in (("en", "Memory"), ("zh", "内存")):
        shown = sentiment(drawn, tmp_path / "run", "--dry-run", "--batch-size", 8, interface=interface)
        assert shown.exit_code == 0, shown.stderr
        assert word in shown.stdout
        assert "45" in shown.stdout
    assert not (tmp_path / "run").exists()


@pytest.mark.nightly
def test_options_win_over_the_file_and_names_are_checked(drawn: Path, tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text('epochs = 9\nfusion = "tensor"\n', "utf-8")
    done = sentiment(drawn, tmp_path / "run", "--config", tmp_path / "run.toml", "--epochs", 1)
    assert done.exit_code == 0, done.stderr
    config = json.loads((tmp_path / "run" / "config.json").read_text("utf-8"))
    assert (config["epochs"], config["fusion"], config["width"]) == (1, "tensor", 16)
    for words, told in (
        (("--fusion", "stapled"), "late_evidential"),
        (("--set", "widht=3"), "widht"),
        (("--set", "width"), "name=value"),
        (("--precision", "fp8"), "precision"),
        (("--dataset", "mnist"), "twitter1517"),
    ):
        refused = sentiment(drawn, tmp_path / "other", *words)
        assert refused.exit_code != 0
        assert told in refused.stderr
    assert not (tmp_path / "other").exists()


@pytest.mark.nightly  # by day tests/training/test_loop.py stops one anywhere
def test_a_run_that_is_killed_gives_the_same_model(drawn: Path, tmp_path: Path) -> None:
    words = ("--fusion", "cross_attention", "--epochs", 4, "--batch-size", 8, "--set", "save_steps=1")
    assert sentiment(drawn, tmp_path / "whole", *words).exit_code == 0
    killed = _killed(["sentiment", "--data", drawn, "--out", tmp_path / "killed", *SMALL, *words], tmp_path / "killed")
    assert killed == -signal.SIGKILL
    assert not (tmp_path / "killed" / "result.json").exists()
    assert sentiment(drawn, tmp_path / "killed", *words).exit_code == 0
    whole, resumed = (_weights(tmp_path / name / "export" / "best_model.pt") for name in ("whole", "killed"))
    assert whole.keys() == resumed.keys()
    assert all(torch.equal(values, resumed[name]) for name, values in whole.items())
    figures = [
        json.loads((tmp_path / name / "result.json").read_text("utf-8"))["figures"] for name in ("whole", "killed")
    ]
    assert figures[0] == figures[1]


@pytest.mark.parametrize("interface", ["en", "zh"])
def test_rows_that_cannot_be_used_are_named(interface: str, data: Path, tmp_path: Path) -> None:
    rows = list(csv.reader((data / "train.csv").read_text("utf-8").splitlines()))
    for row, cells, told in (
        (3, ["nowhere.png", "a lovely day", "positive"], "nowhere.png"),
        (5, ["train4.png", "a lovely day", "jolly"], "jolly"),
    ):
        spoiled = [*rows[:row], cells, *rows[row + 1 :]]
        with (data / "train.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(spoiled)
        refused = sentiment(data, tmp_path / "run", interface=interface)
        assert refused.exit_code == 6
        assert told in refused.stderr
        assert str(row) in refused.stderr
        assert len(refused.stderr.strip().splitlines()) <= 3
    assert not (tmp_path / "run").exists()


@pytest.mark.nightly
def test_a_loss_that_is_no_number_ends_the_run_and_spares_the_checkpoint(drawn: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    words = (
        "--batch-size",
        8,
        "--set",
        "save_steps=1",
        "--learning-rate",
        1e30,
        "--set",
        "warmup=0",
        "--set",
        "clip=1e30",
    )
    for interface, hint in (("en", "rate"), ("zh", "learning_rate，")):
        ended = sentiment(drawn, out, *words, interface=interface)
        assert ended.exit_code == 7
        assert hint in ended.stderr
        assert str(out / "last.pt") in ended.stderr.replace("\n", "")
    kept = read_state(out / "last.pt")
    assert all(values.isfinite().all() for values in kept["model"].values())
    assert not (out / "result.json").exists()


@pytest.mark.nightly
def test_an_interrupted_write_is_no_checkpoint_and_a_damaged_one_is_said_so(drawn: Path, run: Path) -> None:
    whole = (run / "last.pt").read_bytes()
    (run / "last.tmp").write_bytes(whole[:1000])
    assert sentiment(drawn, run, *WORDS).exit_code == 0
    (run / "last.pt").write_bytes(whole[: len(whole) // 2])
    damaged = sentiment(drawn, run, *WORDS)
    assert damaged.exit_code == 7
    assert "last.pt" in damaged.stderr
    assert (run / "export" / "best_model.pt").is_file()
    assert sentiment(drawn, run, *WORDS, "--fresh").exit_code == 0


@pytest.mark.nightly
def test_a_checkpoint_of_another_run_is_refused(data: Path, run: Path) -> None:
    before = (run / "last.pt").read_bytes()
    other = sentiment(data, run, *WORDS, "--fusion", "tensor")
    assert other.exit_code == 7
    assert "fusion: gated ≠ tensor" in other.stderr.replace("\n", " ")
    with (data / "train.csv").open("a", encoding="utf-8") as file:
        file.write("train0.png,another day,neutral\n")
    assert sentiment(data, run, *WORDS).exit_code == 7
    assert (run / "last.pt").read_bytes() == before


@pytest.mark.nightly
def test_strategies_are_compared_and_what_is_known_is_not_trained_again(drawn: Path, tmp_path: Path) -> None:
    out, page = tmp_path / "compared", tmp_path / "results.md"
    words = ["compare", "--data", drawn, "--out", out, *SMALL, "--strategies", "gated", "--set", "epochs=2"]
    words += ["--seeds", 2]
    done = train(*words, "--results", page, "--section", "drawn")
    assert done.exit_code == 0, done.stderr
    named = {line.split()[0] for line in done.stdout.splitlines() if line.strip()}
    assert {"gated", "text_only", "image_only", "majority"} <= named
    assert "Default: " in done.stdout
    report = json.loads((out / "report" / "report.json").read_text("utf-8"))
    assert report["comparison"]["strategies"]["gated"]["seeds"] == [0, 1]
    assert "<!-- results:drawn -->" in page.read_text("utf-8")
    assert str(tmp_path) not in page.read_text("utf-8")
    outcomes = {path.name: path.stat().st_mtime_ns for path in (out / "outcomes").iterdir()}
    assert len(outcomes) == 8
    (out / "outcomes" / "majority-1.npz").unlink()
    again = train(*words, interface="zh")
    assert again.exit_code == 0
    assert "默认：" in again.stdout
    after = {path.name: path.stat().st_mtime_ns for path in (out / "outcomes").iterdir()}
    assert [name for name, at in outcomes.items() if after[name] != at] == ["majority-1.npz"]


def test_a_comparison_checks_its_names_before_it_trains(drawn: Path, tmp_path: Path) -> None:
    words = ["compare", "--data", drawn, "--out", tmp_path / "compared", *SMALL]
    unknown = train(*words, "--strategies", "gated,stapled")
    assert unknown.exit_code == 2
    assert "stapled" in unknown.stderr
    odd = train(*words, "--results", tmp_path / "page.md", "--section", "Our Own!")
    assert odd.exit_code != 0
    assert "section" in odd.stderr
    assert not (tmp_path / "compared").exists()


def _judged(export: Path, photo: Path, text: str) -> str:
    env = {"EMOTIGRAM_SENTIMENT": "torchscript", "EMOTIGRAM_SENTIMENT_MODEL": str(export), "EMOTIGRAM_DEVICE": "cpu"}
    read = CliRunner().invoke(app, ["read", str(photo), "--text", text, "--json"], env=env)
    assert read.exit_code == 0, read.stderr
    return str(json.loads(read.stdout)["reading"]["affect"]["sentiment"]["label"])


def _weights(file: Path) -> dict[str, torch.Tensor]:
    return dict(torch.jit.load(str(file)).state_dict())


def _killed(words: list[object], out: Path) -> int:
    """Start the command in a process of its own and kill it once it has kept a checkpoint."""
    code = "import sys, torch; torch.set_num_threads(1); from emotigram.apps.cli.main import main; main()"
    arguments = [sys.executable, "-c", code, "train", *map(str, words)]
    run = subprocess.Popen(arguments, env=os.environ, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not (out / "last.pt").exists() and run.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    run.kill()
    return run.wait()
