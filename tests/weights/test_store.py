"""Finding weights by name: whole ones only, ours first, then the Hugging Face cache, and never outside the store."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from emotigram import catalogue
from emotigram.errors import WeightsDamaged, WeightsError, WeightsMissing, WeightsUnknown
from emotigram.settings import Settings, load_settings
from emotigram.testing.hub import REPO, SHARDS, WANTED, tensors, use_hub
from emotigram.weights.record import FileRecord, Record, write_record
from emotigram.weights.shards import check_shards
from emotigram.weights.store import find_weights, is_at_hand, own_folder, repo_of, store_dir

FIRST, SECOND = sorted(SHARDS)
COMMIT = "a" * 40

Cache = Callable[..., Path]


@pytest.fixture(autouse=True)
def no_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    use_hub(monkeypatch, "http://127.0.0.1:1")


def fill(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """Make a snapshot in the Hugging Face cache, as its library lays it out: links to blobs."""

    def make(repo: str = REPO, commit: str = COMMIT, files: dict[str, bytes] = WANTED) -> Path:
        here = Path.home() / "cache" / "huggingface" / "hub" / f"models--{repo.replace('/', '--')}"
        blobs = fill(here / "blobs", {f"blob-{name}": content for name, content in files.items()})
        snapshot = fill(here / "snapshots" / commit, {})
        for name in files:
            (snapshot / name).symlink_to(blobs / f"blob-{name}")
        fill(here / "refs", {"main": commit.encode()})
        return snapshot

    return make


def recorded(settings: Settings, repo: str = REPO) -> Path:
    folder = fill(own_folder(repo, settings), WANTED)
    write_record(
        folder, Record(repo, COMMIT, {name: FileRecord(len(c), sha256="0" * 64) for name, c in WANTED.items()})
    )
    return folder


def test_a_folder_is_itself(tmp_path: Path, settings: Settings) -> None:
    folder = fill(tmp_path / "mine", WANTED)
    assert find_weights(str(folder), settings) == folder
    assert find_weights(str(fill(tmp_path / "empty", {})), settings).name == "empty"


def test_our_store_by_key_and_by_repository(settings: Settings) -> None:
    entry = catalogue.weights()[0]
    folder = recorded(settings, entry.repo)
    assert find_weights(entry.key, settings) == find_weights(entry.repo, settings) == folder


def test_a_store_without_record_is_half_fetched(settings: Settings) -> None:
    fill(own_folder(REPO, settings), WANTED)
    with pytest.raises(WeightsMissing):
        find_weights(REPO, settings)


@pytest.mark.parametrize("fault", ["missing", "shorter", "longer"])
@pytest.mark.parametrize("file", [SECOND, "tokenizer.json"])
def test_the_record_knows_what_should_be_there(settings: Settings, file: str, fault: str) -> None:
    path = recorded(settings) / file
    if fault == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1] if fault == "shorter" else path.read_bytes() + b"?")
    with pytest.raises(WeightsDamaged) as error:
        find_weights(REPO, settings)
    assert error.value.values == {"name": REPO, "file": file}
    assert not is_at_hand(REPO, settings)


@pytest.mark.parametrize(
    "record", ["", "{", "[]", '{"repo": 1}', '{"repo": "a/b", "commit": "c", "files": {"../x": {"size": 1}}}']
)
def test_a_record_that_cannot_be_understood(settings: Settings, record: str) -> None:
    folder = recorded(settings)
    (folder / "emotigram-weights.json").write_text(record, "utf-8")
    with pytest.raises(WeightsDamaged, match=r"emotigram-weights\.json"):
        find_weights(REPO, settings)


def test_the_cache_of_other_programs(cache: Cache, settings: Settings) -> None:
    snapshot = cache()
    assert find_weights(REPO, settings) == snapshot
    assert find_weights(REPO, settings).is_relative_to(Path.home())


@pytest.mark.parametrize("variable", ["HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"])
def test_the_cache_is_where_the_environment_says(
    cache: Cache, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    home = cache().parents[3]
    moved = home.rename(tmp_path / "moved")
    for blob in moved.glob("hub/*/snapshots/*/*"):
        blob.unlink()
        blob.write_bytes(WANTED[blob.name])
    assert not is_at_hand(REPO, settings)
    monkeypatch.setenv(variable, str(moved if variable == "HF_HOME" else moved / "hub"))
    assert find_weights(REPO, settings).is_relative_to(moved)


def test_our_store_comes_before_the_cache(cache: Cache, settings: Settings) -> None:
    cache()
    own = recorded(settings)
    assert find_weights(REPO, settings) == own


def test_the_catalogues_commit_is_the_one_that_counts(cache: Cache, settings: Settings) -> None:
    entry = next(each for each in catalogue.weights() if each.revision)
    cache(entry.repo, "b" * 40)
    assert not is_at_hand(entry.key, settings)
    snapshot = cache(entry.repo, entry.revision)
    assert find_weights(entry.key, settings) == snapshot


@pytest.mark.parametrize("fault", ["shard", "blob", "cut", "config.json", "weights", "ref"])
def test_a_half_filled_cache_is_not_taken(cache: Cache, settings: Settings, fault: str) -> None:
    snapshot = cache()
    if fault == "shard":
        (snapshot / SECOND).unlink()
    elif fault == "blob":
        (snapshot / SECOND).resolve().unlink()
    elif fault == "cut":
        (snapshot / SECOND).resolve().write_bytes(SHARDS[SECOND][:-1])
    elif fault == "config.json":
        (snapshot / "config.json").unlink()
    elif fault == "weights":
        for file in (*SHARDS, "model.safetensors.index.json"):
            (snapshot / file).unlink()
    else:
        fill(snapshot.parents[1] / "elsewhere", WANTED)
        (snapshot.parents[1] / "refs" / "main").write_text("../elsewhere", "utf-8")
    with pytest.raises(WeightsMissing):
        find_weights(REPO, settings)


def test_a_name_that_is_nothing_is_told_what_there_is(settings: Settings) -> None:
    for name in ("", " ", "blip3", "../x", "~nobody-here", "a" * 5_000, "nul\0", "owner/na--me"):
        with pytest.raises(WeightsUnknown) as error:
            find_weights(name, settings)
        assert "blip2-opt-2.7b" in error.value.hint()


@given(st.text() | st.from_regex(r"[\w./~\\:-]{1,30}/?[\w./-]{0,30}", fullmatch=True))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_name_leads_out_of_the_store(settings: Settings, name: str) -> None:
    try:
        repo = repo_of(name)
    except WeightsUnknown:
        return
    assert own_folder(repo, settings).resolve().parent == store_dir(settings).resolve()


@given(st.text(max_size=300))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_a_name_or_an_error_of_ours(settings: Settings, name: str) -> None:
    with suppress(WeightsError):
        assert find_weights(name, settings).is_dir()  # such as '.' or '/'


@given(st.integers(0, len(SHARDS[FIRST]) - 1))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_shard_cut_anywhere_is_noticed(tmp_path: Path, kept: int) -> None:
    folder = fill(tmp_path / "weights", {**WANTED, FIRST: SHARDS[FIRST][:kept]})
    with pytest.raises(WeightsDamaged) as error:
        check_shards(folder)
    assert error.value.values == {"name": "weights", "file": FIRST}


@given(st.binary(max_size=200))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_for_a_shard_or_an_index(tmp_path: Path, content: bytes) -> None:
    for name in ("model.safetensors", "model.safetensors.index.json"):
        folder = fill(tmp_path / name, {name: content})
        with pytest.raises(WeightsDamaged):
            check_shards(folder)


@pytest.mark.parametrize(
    "index", [b"", b"[]", b"{}", b'{"weight_map": []}', b'{"weight_map": {"a": 1}}', b'{"weight_map": {"a": "gone"}}']
)
def test_an_index_that_fits_nothing(tmp_path: Path, settings: Settings, index: bytes) -> None:
    folder = fill(tmp_path / "mine", {**WANTED, "model.safetensors.index.json": index})
    with pytest.raises(WeightsDamaged):
        find_weights(str(folder), settings)


def test_the_index_of_pickled_weights_counts_only_without_others(tmp_path: Path) -> None:
    index = json.dumps({"weight_map": {"a": "pytorch_model-00001-of-00002.bin"}}).encode()
    folder = fill(tmp_path / "both", {"model.safetensors": tensors(10), "pytorch_model.bin.index.json": index})
    check_shards(folder)
    (folder / "model.safetensors").unlink()
    with pytest.raises(WeightsDamaged, match="00001-of-00002"):
        check_shards(folder)


def test_finding_needs_neither_the_hubs_library_nor_torch(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['huggingface_hub'] = None\n"
        "from emotigram.settings import load_settings\n"
        "from emotigram.weights.store import find_weights\n"
        f"print(find_weights({str(fill(tmp_path / 'mine', WANTED))!r}, load_settings()))\n"
        "assert not {'torch', 'transformers', 'httpx2'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(tmp_path / "mine")


def test_the_usual_store_lies_with_the_users_data() -> None:
    folder = store_dir(load_settings())
    assert folder.is_relative_to(Path.home())
    assert folder.name == "weights"
    assert "emotigram" in folder.parts
