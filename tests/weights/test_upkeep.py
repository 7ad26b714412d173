"""Our store in order: list, verify and remove."""

from __future__ import annotations

from pathlib import Path

import pytest

from emotigram import catalogue
from emotigram.errors import WeightsForeign, WeightsMissing, WeightsUnknown
from emotigram.settings import Settings
from emotigram.testing.hub import COMMIT, REPO, SHARDS, WANTED, FakeHub
from emotigram.weights.pull import fetch, prepare
from emotigram.weights.upkeep import folder_size, list_holdings, recorded_repos, removable_folder, remove_folder, verify
from tests.weights.conftest import Log

FIRST, SECOND = sorted(SHARDS)


@pytest.fixture
def folder(hub: FakeHub, settings: Settings) -> Path:
    download = prepare(REPO, settings, Log())
    fetch(download, Log())
    return download.folder


def states(settings: Settings) -> dict[str, str]:
    return {each.name: each.state for each in list_holdings(settings)}


def test_the_list_is_the_catalogue_and_what_else_is_here(folder: Path, settings: Settings) -> None:
    assert states(settings) == {**{each.key: "absent" for each in catalogue.weights()}, REPO: "here"}
    mine = list_holdings(settings)[-1]
    assert (mine.commit, mine.size, mine.folder) == (COMMIT, sum(map(len, WANTED.values())), str(folder))
    (folder / SECOND).write_bytes(b"")
    assert states(settings)[REPO] == "damaged"
    (folder / "emotigram-weights.json").unlink()
    assert states(settings)[REPO] == "partial"
    assert list_holdings(settings)[-1].size == folder_size(folder)


def test_a_folder_here_with_a_known_name_is_no_weights_of_the_store(settings: Settings) -> None:
    for entry in catalogue.weights():
        Path(entry.key).mkdir()
        Path(entry.repo).mkdir(parents=True)
    (settings.weights_dir / "not ours").mkdir(parents=True)
    (settings.weights_dir / "no--t ours").mkdir()
    assert set(states(settings).values()) == {"absent"}


def test_every_byte_is_verified(folder: Path, settings: Settings, log: Log) -> None:
    assert recorded_repos(settings) == [REPO]
    verdict = verify(REPO, settings, log)
    assert (verdict.is_recorded, verdict.files, verdict.faults) == (True, len(WANTED), ())
    assert log.counted == sum(map(len, WANTED.values()))
    for file in (FIRST, "config.json"):
        content = (folder / file).read_bytes()
        (folder / file).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    (folder / "tokenizer.json").unlink()
    wrong = verify(REPO, settings, log).faults
    assert {each.values["file"] for each in wrong} == {FIRST, "config.json", "tokenizer.json"}
    assert all(each.values["name"] == REPO for each in wrong)


def test_a_copy_is_verified_by_its_own_record(folder: Path, settings: Settings, tmp_path: Path) -> None:
    copy = folder.rename(tmp_path / "on another computer")
    assert verify(str(copy), settings, Log()).is_recorded
    (copy / FIRST).write_bytes(SHARDS[FIRST][:-1] + b"?")
    assert [each.values["file"] for each in verify(str(copy), settings, Log()).faults] == [FIRST]


def test_weights_without_a_record_are_held_against_their_headers(folder: Path, settings: Settings) -> None:
    (folder / "emotigram-weights.json").unlink()
    verdict = verify(str(folder), settings, Log())
    assert (verdict.is_recorded, verdict.faults) == (False, ())
    (folder / SECOND).write_bytes(SHARDS[SECOND][:-1])
    assert [each.values["file"] for each in verify(str(folder), settings, Log()).faults] == [SECOND]
    (folder / SECOND).unlink()
    assert [each.values["file"] for each in verify(str(folder), settings, Log()).faults] == [SECOND]


def test_a_broken_record_is_a_fault(folder: Path, settings: Settings) -> None:
    (folder / "emotigram-weights.json").write_text("{", "utf-8")
    assert [each.values["file"] for each in verify(REPO, settings, Log()).faults] == ["emotigram-weights.json"]


@pytest.mark.parametrize("left", ["all", "no record", "nothing"])
def test_what_is_ours_is_removed_whole_or_half(folder: Path, settings: Settings, left: str) -> None:
    for path in list(folder.iterdir()):
        if left == "nothing" or (left == "no record" and path.name == "emotigram-weights.json"):
            path.unlink()
    for name in (REPO, str(folder)):
        assert removable_folder(name, settings) == folder
    remove_folder(folder)
    assert list(settings.weights_dir.iterdir()) == []
    with pytest.raises(WeightsMissing):
        removable_folder(REPO, settings)


def test_what_is_not_ours_is_left_alone(folder: Path, settings: Settings, tmp_path: Path) -> None:
    mine = tmp_path / "my--weights"
    folder.rename(mine)
    folder.symlink_to(mine)
    (settings.weights_dir / "notes").mkdir()
    cached = Path.home() / "cache/huggingface/hub/models--some--model/snapshots" / COMMIT
    cached.mkdir(parents=True)
    (cached / "config.json").write_bytes(b"{}")
    (cached / "model.safetensors").write_bytes(SHARDS[FIRST])
    (cached.parents[1] / "refs").mkdir()
    (cached.parents[1] / "refs" / "main").write_text(COMMIT, "utf-8")
    for name in (
        str(mine),
        REPO,
        str(folder),
        str(settings.weights_dir),
        str(settings.weights_dir / "notes"),
        "some/model",
    ):
        with pytest.raises(WeightsForeign):
            removable_folder(name, settings)
    for name in (f"{folder}/../..", "..", "."):
        with pytest.raises(WeightsForeign):
            removable_folder(name, settings)
    for name in ("../mine", "owner/..", "nothing"):
        with pytest.raises((WeightsForeign, WeightsUnknown)):
            removable_folder(name, settings)
