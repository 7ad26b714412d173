"""The training loop on a toy task: it learns, stops early, and goes on after any stop as if there had been none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image
from tensorboardX.proto.event_pb2 import Event
from torch import Tensor, nn

from emotigram.errors import CheckpointDamaged, CheckpointMismatched, LossNotFinite, RunInTheWay, SettingsError
from emotigram.training.dry_run import measure_run
from emotigram.training.loop import fit
from emotigram.training.multimodal.config import SentimentConfig
from emotigram.training.run_config import RunConfig, load_config
from tests.training.toy import ToyTask, run_toy, toy_config, weights_of


class Stopped(Exception):
    """What stops a run from outside."""


def stop_at(wanted: int) -> Callable[[int, Tensor], Tensor]:
    def spoil(step: int, loss: Tensor) -> Tensor:
        if step == wanted:
            raise Stopped
        return loss

    return spoil


def nan_at(wanted: int) -> Callable[[int, Tensor], Tensor]:
    return lambda step, loss: loss * float("nan") if step == wanted else loss


def same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_a_run_learns_and_needs_no_folder() -> None:
    task = ToyTask()
    progress = fit(task, toy_config(epochs=12))
    assert progress.best["accuracy"] > 0.95
    with torch.no_grad():
        assert progress.best == task.validate(task.model, torch.device("cpu"))
    assert progress.steps == 12 * 8


# 8 batches an epoch: stops before any checkpoint, between two, at an epoch's end and in the next epoch
@pytest.mark.parametrize(
    ("stop", "accumulate", "save_steps"),
    [(1, 1, 1), (6, 1, 4), (8, 2, 1), (9, 1, 4), (9, 3, 1), (13, 1, 1), (13, 2, 1), (13, 3, 2), (16, 1, 0)],
)
def test_a_run_that_was_stopped_ends_bit_for_bit_like_one_that_was_not(
    stop: int, accumulate: int, save_steps: int, tmp_path: Path
) -> None:
    config = toy_config(epochs=2, accumulate=accumulate, save_steps=save_steps)
    whole = ToyTask(dropout=0.3)
    never = run_toy(whole, config, tmp_path / "whole")
    with pytest.raises(Stopped):
        run_toy(ToyTask(dropout=0.3, spoil=stop_at(stop)), config, tmp_path / "stopped")
    went_on = ToyTask(dropout=0.3)
    progress = run_toy(went_on, config, tmp_path / "stopped")
    assert same(weights_of(went_on), weights_of(whole))
    assert progress == never
    last = [torch.load(tmp_path / name / "last.pt", weights_only=True) for name in ("whole", "stopped")]
    assert same(last[0]["model"], last[1]["model"])
    assert last[0]["facts"] == last[1]["facts"]


def test_a_run_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    config = toy_config(epochs=2, save_steps=1)
    with pytest.raises(Stopped):
        run_toy(ToyTask(spoil=stop_at(6)), config, tmp_path / "run")
    rest = ToyTask()
    run_toy(rest, config, tmp_path / "run")
    assert rest.steps == 16 - 5


def test_a_run_that_is_over_is_not_trained_again(tmp_path: Path) -> None:
    config = toy_config()
    first, second = ToyTask(), ToyTask(seed=1)
    run_toy(first, config, tmp_path / "run")
    before = (tmp_path / "run" / "last.pt").read_bytes()
    run_toy(second, config, tmp_path / "run")
    assert second.steps == 0
    assert same(weights_of(first), weights_of(second))
    assert (tmp_path / "run" / "last.pt").read_bytes() == before


@pytest.mark.parametrize("in_folder", [True, False])
def test_it_stops_early_and_keeps_the_best_epochs_weights(in_folder: bool, tmp_path: Path) -> None:
    config = toy_config(epochs=20, patience=3)
    task = ToyTask(scores=[0.1, 0.5, 0.4, 0.5, 0.3, 0.9])
    progress = run_toy(task, config, tmp_path / "run") if in_folder else fit(task, config)
    assert (progress.epoch, progress.best_epoch, progress.best_score) == (5, 2, 0.5)
    # the schedule looks 20 epochs ahead in both runs
    until_best = ToyTask(scores=[0.1, 0.5, 0.0, 0.0, 0.0])
    fit(until_best, toy_config(epochs=20, patience=1))
    assert same(weights_of(task), weights_of(until_best))
    assert not task.model.training


def test_two_small_batches_added_up_are_one_large_one() -> None:
    small, large = ToyTask(), ToyTask()
    fit(small, toy_config(batch_size=8, accumulate=2))
    fit(large, toy_config(batch_size=16))
    for name, values in weights_of(small).items():
        assert torch.allclose(values, large.model.state_dict()[name], atol=1e-6)


def test_each_epoch_shows_every_row_once() -> None:
    task = ToyTask(rows=21)
    fit(task, toy_config(epochs=3))
    shown = [row for batch in task.shown for row in batch]
    epochs = [shown[at : at + 21] for at in (0, 21, 42)]
    assert [sorted(epoch) for epoch in epochs] == [list(range(21))] * 3
    assert epochs[0] != epochs[1]


def test_a_loss_that_is_no_number_ends_the_run_and_leaves_the_last_good_state(tmp_path: Path) -> None:
    config = toy_config(save_steps=1)
    with pytest.raises(Stopped):
        run_toy(ToyTask(spoil=stop_at(11)), config, tmp_path / "run")
    before = (tmp_path / "run" / "last.pt").read_bytes()
    with pytest.raises(LossNotFinite, match=r"epoch 2.*step 11") as caught:
        run_toy(ToyTask(spoil=nan_at(1)), config, tmp_path / "run")
    assert caught.value.values["path"] == tmp_path / "run" / "last.pt"
    assert (tmp_path / "run" / "last.pt").read_bytes() == before
    went_on, whole = ToyTask(), ToyTask()
    run_toy(went_on, config, tmp_path / "run")
    run_toy(whole, config, tmp_path / "whole")
    assert same(weights_of(went_on), weights_of(whole))


@pytest.mark.parametrize("kept", [0.0, 0.5, 0.99])
def test_a_damaged_checkpoint_is_said_so(kept: float, tmp_path: Path) -> None:
    config = toy_config(epochs=1)
    run_toy(ToyTask(), config, tmp_path / "run")
    last = tmp_path / "run" / "last.pt"
    content = last.read_bytes()
    last.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(CheckpointDamaged, match=r"last\.pt"):
        run_toy(ToyTask(), config, tmp_path / "run")


def test_the_checkpoint_of_another_model_is_refused(tmp_path: Path) -> None:
    config = toy_config(epochs=1)
    run_toy(ToyTask(), config, tmp_path / "run")
    for other in (ToyTask(width=17), ToyTask(dropout=0.5)):
        with pytest.raises(CheckpointMismatched, match=r"last\.pt"):
            run_toy(other, config, tmp_path / "run")
    fits = weights_of(ToyTask())
    torch.save({"epoch": 1, "model": fits}, tmp_path / "run" / "last.pt")
    with pytest.raises(CheckpointMismatched, match="optimiser"):
        run_toy(ToyTask(), config, tmp_path / "run")


def test_another_config_in_the_folder_is_refused_by_the_settings_name(tmp_path: Path) -> None:
    run_toy(ToyTask(), toy_config(epochs=1), tmp_path / "run")
    before = (tmp_path / "run" / "config.json").read_bytes()
    with pytest.raises(CheckpointMismatched, match=r"learning_rate: 0.02 ≠ 0.5"):
        run_toy(ToyTask(), toy_config(epochs=1, learning_rate=0.5), tmp_path / "run")
    assert (tmp_path / "run" / "config.json").read_bytes() == before
    run_toy(ToyTask(), toy_config(epochs=1, save_steps=7), tmp_path / "run")  # that changes nothing that is learned


FOREIGN = {
    "a note": {"note.txt": "mine"},
    "the weights of a model": {"config.json": '{"model_type": "bert"}', "model.safetensors": "weights"},
    "a config that is none": {"config.json": "[1]", "note.txt": "mine"},
    "a config that is no JSON": {"config.json": "{", "note.txt": "mine"},
}


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize("content", FOREIGN.values(), ids=list(FOREIGN))
def test_a_folder_with_something_else_is_left_alone(content: dict[str, str], fresh: bool, tmp_path: Path) -> None:
    for name, text in content.items():
        (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(RunInTheWay):
        run_toy(ToyTask(), toy_config(), tmp_path, fresh=fresh)
    assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == content


@pytest.mark.parametrize("fresh", [False, True])
def test_a_file_in_the_place_of_the_folder_is_left_alone(fresh: bool, tmp_path: Path) -> None:
    (tmp_path / "run").write_text("mine", "utf-8")
    with pytest.raises(RunInTheWay):
        run_toy(ToyTask(), toy_config(), tmp_path / "run", fresh=fresh)
    assert (tmp_path / "run").read_text("utf-8") == "mine"


def test_fresh_begins_anew(tmp_path: Path) -> None:
    run_toy(ToyTask(seed=3), toy_config(seed=3), tmp_path / "run")
    again, alone = ToyTask(), ToyTask()
    run_toy(again, toy_config(), tmp_path / "run", fresh=True)
    run_toy(alone, toy_config(), tmp_path / "alone")
    assert again.steps == alone.steps == 16
    assert same(weights_of(again), weights_of(alone))
    assert len((tmp_path / "run" / "log.jsonl").read_text("utf-8").splitlines()) == 2 * 2


def test_a_write_that_was_cut_off_does_no_harm(tmp_path: Path) -> None:
    config = toy_config(save_steps=1)
    with pytest.raises(Stopped):
        run_toy(ToyTask(spoil=stop_at(6)), config, tmp_path / "run")
    for name in ("last.tmp", "best.tmp", "config.json.tmp"):
        (tmp_path / "run" / name).write_bytes(b"PK\x03\x04 half")
    went_on, whole = ToyTask(), ToyTask()
    run_toy(went_on, config, tmp_path / "run")
    run_toy(whole, config, tmp_path / "whole")
    assert same(weights_of(went_on), weights_of(whole))


def test_a_stop_before_the_first_file_is_whole_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.json.tmp").write_bytes(b'{"epo')
    assert run_toy(ToyTask(), toy_config(epochs=1), tmp_path / "run").epoch == 1


def test_bf16_learns_too() -> None:
    task = ToyTask()
    progress = fit(task, toy_config(epochs=12, precision="bf16"))
    assert progress.best["accuracy"] > 0.9
    assert {values.dtype for values in task.model.parameters()} == {torch.float32}
    exact = ToyTask()
    fit(exact, toy_config(epochs=12))
    assert not same(weights_of(task), weights_of(exact))


def test_what_was_measured_is_written_in_three_ways(tmp_path: Path) -> None:
    config = toy_config(epochs=3, save_steps=1)
    with pytest.raises(Stopped):
        run_toy(ToyTask(spoil=stop_at(12)), config, tmp_path / "run")
    run_toy(ToyTask(), config, tmp_path / "run")
    lines = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text("utf-8").splitlines()]
    assert [(line["stage"], line["epoch"]) for line in lines] == [
        (panel, epoch) for epoch in (1, 2, 3) for panel in ("loss", "score")
    ]
    losses, scores = lines[::2], lines[1::2]
    assert losses[-1]["training"] < losses[0]["training"]
    with Image.open(tmp_path / "run" / "curve.png") as picture:
        picture.load()
        assert picture.width > 800
    scalars = read_events(tmp_path / "run" / "tensorboard")
    assert scalars.keys() == {"loss/training", "loss/validation", "score/accuracy"}
    for tag, found in (("loss/training", losses), ("loss/validation", losses), ("score/accuracy", scores)):
        logged = [line[tag.split("/")[1]] for line in found]
        assert [step for step, _ in scalars[tag]] == [8, 16, 24]
        assert [value for _, value in scalars[tag]] == pytest.approx(logged, abs=1e-4)


def read_events(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """Scalars of all event files by tag; a record is its length, a checksum, an event and a checksum."""
    found: dict[str, list[tuple[int, float]]] = {}
    for path in sorted(folder.glob("events.out.tfevents.*")):
        content = path.read_bytes()
        while content:
            length = int.from_bytes(content[:8], "little")
            event = Event.FromString(content[12 : 12 + length])
            for value in event.summary.value:
                found.setdefault(value.tag, []).append((event.step, value.simple_value))
            content = content[16 + length :]
    return {tag: sorted(values) for tag, values in found.items()}


def test_flags_win_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text('epochs = 3\nbatch_size = 5\nfusion = "gated"\n', "utf-8")
    config = load_config(SentimentConfig, path, epochs=7, seed=None)
    assert (config.epochs, config.batch_size, config.fusion, config.seed) == (7, 5, "gated", 0)
    assert load_config(RunConfig, None) == RunConfig()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("epoch = 3", "epoch: "),
        ("epochs = 0", "epochs: "),
        ('precision = "fp8"', "precision: "),
        ('fusion = "magic"', "fusion: .*cross_attention"),
        ("epochs = ", r"run\.toml"),
        ("[epochs]\nof = 3", "epochs: "),
    ],
)
def test_a_config_that_cannot_be_used_is_said_by_name(text: str, named: str, tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=named):
        load_config(SentimentConfig, tmp_path / "run.toml")


def test_a_config_that_cannot_be_read_is_said_by_path(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b"\xe9")
    for name in ("latin.toml", "absent.toml", "."):
        with pytest.raises(SettingsError, match=f"{tmp_path.name}"):
            load_config(RunConfig, tmp_path / name)
    with pytest.raises(SettingsError, match="epoch: "):
        load_config(RunConfig, None, epoch=3)


def test_a_dry_run_counts_and_learns_nothing() -> None:
    task = ToyTask(width=64, rows=100)
    first = task.model[0]
    assert isinstance(first, nn.Linear)
    first.requires_grad_(False)
    before = weights_of(task)
    size = measure_run(task, toy_config(batch_size=8, accumulate=2))
    assert same(before, weights_of(task))
    assert all(each.grad is None for each in task.model.parameters())
    assert (size.rows, size.batches, size.steps, size.precision) == (100, 13, 7, "fp32")
    assert [part[1:] for part in size.parts] == [(5 * 64, 0), (65 * 2, 65 * 2)]
    assert (size.weights, size.gradients, size.optimiser) == (4 * (5 * 64 + 65 * 2), 4 * 130, 8 * 130)
    assert size.checkpoint == 3 * 4 * 130
    assert size.total == size.weights + size.gradients + size.optimiser + size.activations


def test_activations_grow_with_the_batch() -> None:
    kept = [measure_run(ToyTask(rows=256), toy_config(batch_size=size)).activations for size in (16, 64, 256)]
    assert kept[0] > 0
    assert kept[1] == pytest.approx(4 * kept[0], rel=0.1)
    assert kept[2] == pytest.approx(16 * kept[0], rel=0.1)


def test_a_model_without_anything_to_learn_keeps_nothing() -> None:
    task = ToyTask()
    task.model.requires_grad_(False)
    size = measure_run(task, toy_config())
    assert (size.gradients, size.optimiser, size.activations) == (0, 0, 0)
