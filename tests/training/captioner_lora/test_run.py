"""Whole runs on tiny checkpoints of the real architecture: from a table to an adapter in the engine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import typer
from PIL import Image
from safetensors.torch import load_file
from typer.testing import CliRunner

from emotigram.apps.cli.train_lora import captioner_lora
from emotigram.assembly import load_engine
from emotigram.domain import Photo
from emotigram.errors import CheckpointDamaged, CheckpointMismatched, RunInTheWay, SettingsError
from emotigram.settings import Settings
from emotigram.training.captioner_lora.config import CaptionerLoraConfig
from emotigram.training.captioner_lora.run import train_captioner_lora
from emotigram.training.captioner_lora.task import starts_with_rt
from tests.checkpoints.blip import save_blip
from tests.checkpoints.blip2 import save_blip2
from tests.checkpoints.florence2 import save_florence2
from tests.checkpoints.qwen_vl import save_qwen_vl
from tests.training.captioner_lora.drawn import CAPTIONS, draw_table, drawn

LAYERS = ("q_proj", "k_proj", "v_proj", "out_proj")
SETTINGS = Settings(device="cpu")


@pytest.fixture(scope="module")
def blip2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_blip2(tmp_path_factory.mktemp("blip2"), width=64)


@pytest.mark.nightly
@pytest.mark.parametrize("count", [3, 8])
def test_photos_are_learned_until_the_engine_says_their_captions(count: int, blip2: Path, tmp_path: Path) -> None:
    data = _repeated(draw_table(tmp_path / "data", CAPTIONS[:count]), 24)
    config = _config(blip2, rank=32, alpha=64, learning_rate=5e-3, epochs=12, patience=12, max_tokens=24)
    result = train_captioner_lora(config, data, tmp_path / "out", SETTINGS)
    losses = [line["training"] for line in _log(tmp_path / "out") if "training" in line]
    assert losses[-1] < 0.05 * losses[0]
    assert result["figures"]["loss"] < 0.05
    assert result["figures"]["starts_with_rt"] == 0
    assert result["warnings"] == []
    adapter = tmp_path / "out" / "adapter"
    engine = load_engine(
        "captioner", "blip2", Settings(captioner_model=str(blip2), adapter=adapter, beams=1, device="cpu")
    )
    captions = engine.read([Photo(drawn(seed), "drawn", str(seed)) for seed in range(count)])
    assert [each.tweets["en"] for each in captions] == list(CAPTIONS[:count])
    base = load_engine("captioner", "blip2", Settings(captioner_model=str(blip2), beams=1, device="cpu"))
    described = base.read([Photo(drawn(seed), "drawn", str(seed)) for seed in range(count)])
    assert [each.description for each in captions] == [each.description for each in described]


@pytest.mark.nightly  # by day tests/training/test_loop.py stops one anywhere
def test_a_run_that_is_killed_ends_as_if_it_had_not_been(blip2: Path, tmp_path: Path) -> None:
    data = draw_table(tmp_path / "data")
    config = _config(blip2, batch_size=2, epochs=3, patience=3, save_steps=1, dropout=0.2, validation_share=0.25)
    train_captioner_lora(config, data, tmp_path / "whole", SETTINGS)
    killed = _kill_after_checkpoint(config, data, tmp_path / "killed")
    assert killed.returncode == -signal.SIGKILL
    assert not (tmp_path / "killed" / "result.json").exists()
    train_captioner_lora(config, data, tmp_path / "killed", SETTINGS)
    name = "adapter/adapter_model.safetensors"
    assert (tmp_path / "killed" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_what_is_written_says_where_it_is_from(blip2: Path, tmp_path: Path) -> None:
    data = draw_table(tmp_path / "data", ["RT @ann: rain", "@ann", *CAPTIONS[2:]])
    result = train_captioner_lora(_config(blip2, epochs=1, validation_share=0.2), data, tmp_path / "out", SETTINGS)
    assert json.loads((tmp_path / "out" / "result.json").read_text("utf-8")) == result
    assert result["data"] | {"sha256": ""} == {
        "file": "data.csv",
        "sha256": "",
        "photos": 7,
        "training_rows": 6,
        "validation_rows": 1,
        "cleaned": 1,
        "left_out": 1,
    }
    assert len(result["data"]["sha256"]) == 64
    assert result["base"] == str(blip2)
    assert result["versions"]["torch"] == torch.__version__
    config = json.loads((tmp_path / "out" / "adapter" / "adapter_config.json").read_text("utf-8"))
    assert (config["peft_type"], config["r"], config["target_modules"]) == ("LORA", 8, sorted(LAYERS))
    weights = load_file(tmp_path / "out" / "adapter" / "adapter_model.safetensors")
    assert {values.dtype for values in weights.values()} == {torch.float32}
    assert not list((tmp_path / "out").glob(".adapter*"))


@pytest.mark.nightly
def test_a_model_that_learned_to_retweet_is_said_so(blip2: Path, tmp_path: Path) -> None:
    data = _repeated(draw_table(tmp_path / "data", ["RT a dog"] * 8), 4)
    config = _config(blip2, clean=False, rank=16, alpha=64, learning_rate=1e-2, epochs=3)
    result = train_captioner_lora(config, data, tmp_path / "out", SETTINGS)
    assert result["figures"]["starts_with_rt"] >= 0.5
    assert "start with RT" in result["warnings"][0]
    assert {"starts_with_rt"} <= set().union(*_log(tmp_path / "out"))


def test_the_share_of_retweets_counts_the_word() -> None:
    assert starts_with_rt(["RT @ann: rain", " RT: sun", "RTX", "so RT", "rain", ""]) == pytest.approx(2 / 6)


@pytest.mark.parametrize(
    "save",
    [pytest.param(save, marks=pytest.mark.nightly) for save in (save_qwen_vl, save_florence2)] + [save_blip],
    ids=["qwen_vl", "florence2", "blip"],
)
def test_other_models_give_peft_adapters_and_merged_weights_for_their_engine(
    save: Callable[[Path], Path], tmp_path: Path
) -> None:
    layers = ("query", "value") if save is save_blip else ("q_proj", "v_proj")
    options = {"target_modules": layers, "merge": True, "learning_rate": 3e-2, "epochs": 2, "max_tokens": 24}
    config = _config(save(tmp_path / "base"), **options)
    result = train_captioner_lora(config, draw_table(tmp_path / "data"), tmp_path / "out", SETTINGS)
    assert result["engine"] == "transformers_vlm"
    assert (tmp_path / "out" / "adapter" / "adapter_model.safetensors").is_file()
    said = [_said(tmp_path / folder, drawn(0)) for folder in ("base", "out/merged")]
    assert said[0] != said[1]


def test_another_run_or_model_in_the_folder_is_refused(blip2: Path, tmp_path: Path) -> None:
    data, out = draw_table(tmp_path / "data"), tmp_path / "out"
    config = _config(blip2, epochs=1)
    train_captioner_lora(config, data, out, SETTINGS)
    with pytest.raises(CheckpointMismatched, match="rank: 8 ≠ 4"):
        train_captioner_lora(_config(blip2, epochs=1, rank=4), data, out, SETTINGS)
    with pytest.raises(CheckpointMismatched, match="sha256"):
        train_captioner_lora(config, _repeated(data, 2), out, SETTINGS)
    train_captioner_lora(_config(blip2, epochs=1, rank=4), data, tmp_path / "other", SETTINGS)
    (tmp_path / "other" / "last.pt").replace(out / "last.pt")
    with pytest.raises(CheckpointMismatched, match=r"sha256|last\.pt"):
        train_captioner_lora(config, draw_table(tmp_path / "data"), out, SETTINGS)
    (out / "last.pt").write_bytes(b"no checkpoint")
    with pytest.raises(CheckpointDamaged):
        train_captioner_lora(_config(blip2, epochs=1), draw_table(tmp_path / "data"), out, SETTINGS, fresh=False)
    with pytest.raises(RunInTheWay):
        train_captioner_lora(config, data, tmp_path / "data", SETTINGS, fresh=True)


def test_blip2_is_not_merged_for_its_description_would_change(blip2: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="merge: blip2"):
        train_captioner_lora(_config(blip2, merge=True), draw_table(tmp_path / "data"), tmp_path / "out", SETTINGS)


def test_the_command_trains_and_its_dry_run_writes_nothing(blip2: Path, tmp_path: Path) -> None:
    data, out = draw_table(tmp_path / "data"), tmp_path / "out"
    (tmp_path / "lora.toml").write_text(f'epochs = 3\ndevice = "cpu"\nmodel = "{blip2}"\n', "utf-8")
    asked = ["--data", str(data), "--out", str(out), "--config", str(tmp_path / "lora.toml"), "--epochs", "1"]
    app = typer.Typer()
    app.command()(captioner_lora)
    shown = CliRunner().invoke(app, [*asked, "--dry-run"], env={"COLUMNS": "200"}, obj="en")
    assert (shown.exit_code, out.exists()) == (0, False)
    assert "language_model" in shown.output
    trained = CliRunner().invoke(app, asked, obj="en")
    assert trained.exit_code == 0, trained.output
    assert f"EMOTIGRAM_ADAPTER={out / 'adapter'}" in trained.output
    refused = CliRunner().invoke(app, [*asked, "--rank", "2"], obj="en")
    assert refused.exit_code == 7


def _config(model: Path, **options: object) -> CaptionerLoraConfig:
    own = {"model": str(model), "device": "cpu", "target_modules": LAYERS, "validation_share": 0, "dropout": 0}
    return CaptionerLoraConfig.model_validate(own | options)


def _repeated(table: Path, times: int) -> Path:
    """More steps an epoch, each of which also draws curves and writes tweets."""
    head, *rows = table.read_text("utf-8").splitlines()
    table.write_text("\n".join([head, *rows * times]) + "\n", "utf-8")
    return table


def _log(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "log.jsonl").read_text("utf-8").splitlines()]


def _said(folder: Path, image: Image.Image) -> str:
    settings = Settings(captioner_model=str(folder), beams=1, device="cpu")
    captions = load_engine("captioner", "transformers_vlm", settings).read([Photo(image, "drawn", "0")])[0]
    return str(captions.description["en"])


def _kill_after_checkpoint(config: CaptionerLoraConfig, data: Path, out: Path) -> subprocess.Popen[bytes]:
    code = (
        "import sys, torch; from pathlib import Path; torch.set_num_threads(1)\n"
        "from emotigram.settings import Settings\n"
        "from emotigram.training.captioner_lora.config import CaptionerLoraConfig\n"
        "from emotigram.training.captioner_lora.run import train_captioner_lora\n"
        "config = CaptionerLoraConfig.model_validate_json(sys.argv[1])\n"
        "train_captioner_lora(config, Path(sys.argv[2]), Path(sys.argv[3]), Settings(device='cpu'))\n"
    )
    run = subprocess.Popen([sys.executable, "-c", code, config.model_dump_json(), str(data), str(out)], env=os.environ)
    deadline = time.monotonic() + 120
    while not (out / "last.pt").exists() and run.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    run.kill()
    run.wait()
    return run
