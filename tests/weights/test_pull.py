"""Fetching: what is needed and no more, resumed, checked, refused, and never left looking whole when it is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emotigram.errors import (
    DiskFull,
    EmotiGramError,
    HubChanged,
    HubOffline,
    HubRefused,
    HubUnreachable,
    SettingsError,
    WeightsDamaged,
    WeightsMissing,
    WeightsUnknown,
    WeightsWrong,
)
from emotigram.settings import Settings, load_settings
from emotigram.testing.hub import COMMIT, REPO, SHARDS, WANTED, FakeHub, tensors, tree, use_hub
from emotigram.weights.pull import fetch, prepare
from emotigram.weights.store import find_weights, is_at_hand
from tests.weights.conftest import Log

FIRST, SECOND = sorted(SHARDS)


def pull(settings: Settings, name: str = REPO, revision: str = "") -> Path:
    download = prepare(name, settings, Log(), revision)
    download.check_room()
    fetch(download, Log())
    return download.folder


def test_only_what_is_needed_is_fetched_and_the_record_says_what(hub: FakeHub, settings: Settings, log: Log) -> None:
    download = prepare(REPO, settings, log)
    assert not download.folder.exists()
    assert hub.fetched() == []
    assert download.missing_bytes == download.record.size == sum(map(len, WANTED.values()))
    assert download.licence == "mit"
    assert not download.is_pickled
    fetch(download, log)
    assert tree(download.folder) == WANTED
    assert find_weights(REPO, settings) == download.folder == settings.weights_dir / "owner--tiny"
    record = json.loads((download.folder / "emotigram-weights.json").read_text("utf-8"))
    assert (record["repo"], record["commit"]) == (REPO, COMMIT)
    assert set(record["files"]) == set(WANTED)
    assert set(record["files"][FIRST]) == {"size", "sha256"}
    assert set(record["files"]["config.json"]) == {"size", "git_sha1"}
    fetched = [(file, total, done) for job, file, total, done in log.jobs if job == "fetching"]
    assert (SECOND, len(SHARDS[SECOND]), 0) in fetched
    assert log.counted == 2 * download.record.size  # fetched, then checked


def test_what_is_whole_is_not_fetched_again(hub: FakeHub, settings: Settings) -> None:
    folder = pull(settings)
    hub.requests.clear()
    (folder / FIRST).write_bytes(SHARDS[FIRST][:-1] + b"?")
    (folder / SECOND).unlink()
    with pytest.raises(WeightsDamaged):
        find_weights(REPO, settings)
    assert prepare(REPO, settings, Log()).missing == (FIRST, SECOND)
    pull(settings)
    assert [file for file, _ in hub.fetched()] == [FIRST, SECOND]
    assert tree(folder) == WANTED
    assert prepare(REPO, settings, Log()).missing == ()


def test_a_cut_connection_is_taken_up_where_it_broke(hub: FakeHub, settings: Settings) -> None:
    hub.cut[SECOND] = 600_000
    assert tree(pull(settings)) == WANTED
    (_, first), (_, second) = [each for each in hub.fetched() if each[0] == SECOND]
    assert first == ""
    assert 0 < int(second.removeprefix("bytes=").removesuffix("-")) <= 600_000


def test_another_run_goes_on_with_what_the_first_one_got(hub: FakeHub, settings: Settings) -> None:
    hub.cut[SECOND] = 600_000
    hub.after_cut = 503
    with pytest.raises(HubUnreachable):
        pull(settings)
    assert not is_at_hand(REPO, settings)
    with pytest.raises(WeightsMissing):
        find_weights(REPO, settings)
    hub.bytes_status = 200
    hub.requests.clear()
    download = prepare(REPO, settings, Log())
    assert download.missing == (SECOND,)
    assert download.missing_bytes < len(SHARDS[SECOND])
    log = Log()
    fetch(download, log)
    ((file, asked),) = hub.fetched()
    assert file == SECOND
    start = int(asked.removeprefix("bytes=").removesuffix("-"))
    assert start == len(SHARDS[SECOND]) - download.missing_bytes > 0
    assert ("fetching", SECOND, len(SHARDS[SECOND]), start) in log.jobs
    assert tree(download.folder) == WANTED


def test_a_hub_without_ranges_starts_again(hub: FakeHub, settings: Settings) -> None:
    hub.cut[SECOND] = 600_000
    hub.ranges = False
    assert tree(pull(settings)) == WANTED


@pytest.mark.parametrize("change", ["flipped", "longer"])
def test_bytes_that_were_not_promised_are_removed(hub: FakeHub, settings: Settings, change: str) -> None:
    whole = SHARDS[SECOND]
    hub.altered[SECOND] = whole[:-1] + b"?" if change == "flipped" else whole + bytes(10 * len(whole))
    download, log = prepare(REPO, settings, Log()), Log()
    with pytest.raises(HubChanged) as error:
        fetch(download, log)
    assert log.counted <= 2 * download.record.size  # an endless file must not fill the disk
    assert error.value.values["file"] == SECOND
    folder = settings.weights_dir / "owner--tiny"
    assert SECOND not in tree(folder)
    assert not list(folder.glob("*.part"))
    assert not is_at_hand(REPO, settings)
    hub.altered.clear()
    assert tree(pull(settings)) == WANTED


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_says_so(hub: FakeHub, settings: Settings, status: int) -> None:
    hub.status = status
    with pytest.raises(HubRefused) as error:
        pull(settings)
    assert error.value.values == {"name": REPO, "host": hub.endpoint.removeprefix("http://"), "status": status}
    hub.status, hub.bytes_status = 200, status
    with pytest.raises(HubRefused):
        pull(settings)
    assert not is_at_hand(REPO, settings)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_failing_hub_may_be_asked_again(hub: FakeHub, settings: Settings, status: int) -> None:
    hub.status = status
    with pytest.raises(HubUnreachable) as error:
        pull(settings)
    assert error.value.retryable


@pytest.mark.parametrize(
    "answer", [b"<html>Please log in</html>", b"{}", b"[]", b'{"sha": "main", "siblings": []}', b'{"siblings": [{}]}']
)
def test_what_is_no_hub_is_not_believed(hub: FakeHub, settings: Settings, answer: bytes) -> None:
    hub.listing = answer
    with pytest.raises(EmotiGramError) as error:
        pull(settings)
    assert isinstance(error.value, HubUnreachable | HubChanged)
    assert not settings.weights_dir.exists()


def test_nobody_answers(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeHub() as hub:
        endpoint = hub.endpoint
    for address in (endpoint, "http://[::1", "no-scheme", "http://user:secret@127.0.0.1:1"):
        use_hub(monkeypatch, address)
        with pytest.raises(HubUnreachable) as error:
            pull(settings)
        assert "secret" not in error.value.message()


@pytest.mark.parametrize("variable", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
def test_offline_means_offline(
    hub: FakeHub, settings: Settings, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "1")
    with pytest.raises(HubOffline, match=variable):
        pull(settings)
    assert hub.requests == []


def test_a_disk_too_small_is_known_beforehand(hub: FakeHub, settings: Settings) -> None:
    hub.claimed[SECOND] = 10**15
    with pytest.raises(DiskFull, match=r"1\.0 PB") as error:
        pull(settings)
    assert error.value.values["free"]
    assert hub.fetched() == []
    assert not settings.weights_dir.exists()


def test_a_store_that_cannot_be_is_a_wrong_setting(hub: FakeHub, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", "utf-8")
    with pytest.raises(SettingsError, match="weights_dir"):
        pull(load_settings(weights_dir=tmp_path / "file"))


def test_a_commit_is_asked_for_and_must_be_the_one_given(hub: FakeHub, settings: Settings) -> None:
    pull(settings, revision=COMMIT)
    assert hub.requests[0].path == f"/api/models/{REPO}/revision/{COMMIT}"
    with pytest.raises(HubChanged):
        pull(settings, revision="b" * 40)


def test_another_commit_replaces_the_first_and_leaves_nothing_of_it(hub: FakeHub, settings: Settings) -> None:
    folder = pull(settings)
    (folder / "notes.md").write_text("mine", "utf-8")
    later = {"config.json": b"{}", "model.safetensors": tensors(3_000)}
    hub.files, hub.commit = later, "d" * 40
    pull(settings, revision="main")
    assert tree(folder) == {**later, "notes.md": b"mine"}
    assert find_weights(REPO, settings) == folder


def test_half_way_to_another_commit_is_neither(hub: FakeHub, settings: Settings) -> None:
    pull(settings)
    hub.files[SECOND] = tensors(900_000, "other!")
    hub.commit = "d" * 40
    hub.bytes_status = 503
    with pytest.raises(HubUnreachable):
        pull(settings)
    assert not is_at_hand(REPO, settings)


def test_pickled_weights_only_where_there_are_no_others(hub: FakeHub, settings: Settings) -> None:
    hub.files = {"config.json": b"{}", "pytorch_model.bin": b"pickle", "training_args.bin": b"pickle"}
    download = prepare(REPO, settings, Log())
    assert set(download.record.files) == {"config.json", "pytorch_model.bin"}
    assert download.is_pickled
    hub.files = {"model.gguf": b"gguf", "onnx/model.safetensors": tensors(10)}
    with pytest.raises(WeightsWrong, match=r"model\.gguf"):
        prepare(REPO, settings, Log())


def test_the_token_goes_to_the_hub_and_nowhere_else(
    hub: FakeHub, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    with FakeHub() as storage:
        hub.elsewhere = storage.endpoint
        assert tree(pull(settings)) == WANTED
        assert {each.headers.get("authorization") for each in hub.requests} == {"Bearer hf_secret"}
        assert storage.requests
        assert not any("authorization" in each.headers for each in storage.requests)


def test_a_login_at_one_hub_is_kept_from_others(
    hub: FakeHub, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("hf_saved", "utf-8")
    monkeypatch.setenv("HF_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "token"))
    pull(settings)
    assert not any("authorization" in each.headers for each in hub.requests)


def test_nothing_is_told_about_this_computer(hub: FakeHub, settings: Settings) -> None:
    pull(settings)
    assert all(each.headers["user-agent"].startswith("emotigram/") for each in hub.requests)
    assert not any("torch" in value or "python" in value for each in hub.requests for value in each.headers.values())
    assert {each.headers["accept-encoding"] for each in hub.requests if "/resolve/" in each.path} == {"identity"}
    assert all(each.path.startswith((f"/api/models/{REPO}", f"/{REPO}/resolve/")) for each in hub.requests)


@pytest.mark.parametrize("name", ["", "nothing", "../x", "a/../b", "/etc/passwd", "a/b/c", "a--b/c", "a/b.", "a/ b"])
def test_a_name_that_is_none_asks_nobody(hub: FakeHub, settings: Settings, name: str) -> None:
    with pytest.raises(WeightsUnknown):
        prepare(name, settings, Log())
    assert hub.requests == []
