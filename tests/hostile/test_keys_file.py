"""The file of API keys is for its owner alone, and a key's name is one visible line."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from platformdirs import user_data_path
from typer.testing import CliRunner, Result

from emotigram.api_keys import ApiKeys, is_name, visible_name
from emotigram.apps.cli.main import app
from emotigram.errors import ApiKeyNameMalformed, KeysUnsafe
from emotigram.settings import load_settings
from tests.apps.api.server import api

BAD = [
    *("", " ", " a", "a ", "a\nb", "a\r\nb", "a\tb", "a\0b", "a\x1b[31mb", "a\x7fb", "a\x85b", "a\u2028b", "a\u2029b"),
    *("a\u202eb", "a\u2066b", "a\u200bb", "a\u200db", "a\ufeffb", "a\u00adb", "a\ud83db", "a\ue000b", "a\u00a0b"),
    *("\u3164", "a\u2800", "a\ufe0f", "a\U000e0041", "a\U000e0101", "x" * 65, "x" * 100_000, "a\u0378b", "a\u3000b"),
]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def run(*words: str) -> Result:
    result = CliRunner().invoke(app, ["--interface", "en", "keys", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ApiKeys:
    monkeypatch.setenv("EMOTIGRAM_KEYS_FILE", str(tmp_path / "keys.sqlite3"))
    return ApiKeys(load_settings())


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
class TestTheFile:
    @pytest.mark.parametrize("before", [0o644, 0o666, 0o640, 0o604])
    def test_of_an_earlier_version_is_closed_to_others_as_it_is_opened(self, keys: ApiKeys, before: int) -> None:
        secret = keys.create("app")
        journals = [keys.path.with_name(keys.path.name + ending) for ending in ("-journal", "-wal", "-shm")]
        keys.path.chmod(before)
        for journal in journals[:1]:
            journal.touch()
            journal.chmod(before)
        assert keys.find(secret)
        assert mode(keys.path) == 0o600
        assert all(mode(journal) == 0o600 for journal in journals if journal.exists())

    def test_and_its_folder_where_that_is_ours(self) -> None:
        folder = user_data_path("emotigram", appauthor=False)
        folder.mkdir(parents=True)
        folder.chmod(0o755)
        keys = ApiKeys(load_settings())
        keys.create("app")
        assert (mode(folder), mode(keys.path)) == (0o700, 0o600)

    def test_in_anothers_folder_leaves_that_as_it_is(self, keys: ApiKeys, tmp_path: Path) -> None:
        tmp_path.chmod(0o755)
        keys.create("app")
        assert mode(tmp_path) == 0o755

    @pytest.mark.parametrize("kind", ["link", "dangling link", "folder", "pipe"])
    def test_that_is_none_is_refused(self, keys: ApiKeys, tmp_path: Path, kind: str) -> None:
        target = tmp_path / "target"
        if kind == "folder":
            keys.path.mkdir()
        elif kind == "pipe":
            os.mkfifo(keys.path)
        else:
            keys.path.symlink_to(target)
            if kind == "link":
                target.touch(mode=0o644)
        for call in (lambda: keys.create("app"), keys.all, lambda: keys.find("x"), lambda: keys.revoke("x")):
            with pytest.raises(KeysUnsafe):
                call()
        assert not (target.exists() and target.stat().st_size)
        assert "Error" in run("list").stderr

    @pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give files away")
    def test_of_another_user_is_refused(self, keys: ApiKeys) -> None:
        keys.create("app")
        os.chown(keys.path, 12345, 12345)
        with pytest.raises(KeysUnsafe):
            keys.all()

    def test_that_is_refused_lets_nobody_in(self, keys: ApiKeys, tmp_path: Path) -> None:
        keys.path.symlink_to(tmp_path / "elsewhere")
        with api(keys_file=keys.path) as client:
            refused = client.get("/v1/styles")
        assert (refused.status_code, refused.json()["code"]) == (503, "keys_unsafe")
        assert str(tmp_path) not in refused.text


class TestTheName:
    @pytest.mark.parametrize("name", BAD)
    def test_that_nobody_could_read_is_refused(self, keys: ApiKeys, name: str) -> None:
        with pytest.raises(ApiKeyNameMalformed) as caught:
            keys.create(name)
        for language in ("en", "zh"):
            assert caught.value.message(language).isprintable()
            assert len(caught.value.message(language)) < 900
        assert keys.all() == []

    @pytest.mark.parametrize("name", ["a\nb", " ", "x" * 65])
    def test_is_refused_by_the_command_before_a_file_is_made(self, keys: ApiKeys, name: str) -> None:
        result = run("create", name)
        assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (2, "", 2)
        assert not keys.path.exists()

    @pytest.mark.parametrize(
        "name", ["my-app", "店铺 1", "Kunde Müller", "日本語", "app@example.org", "x" * 64, "🌅 app"]
    )
    def test_that_can_be_read_is_taken(self, keys: ApiKeys, name: str) -> None:
        keys.create(name)
        assert name in run("list", "--json").stdout

    @pytest.mark.parametrize("name", ["a\nb\x1b[31m", "eve\u202enimda", "x\u3164"])
    def test_of_an_earlier_version_is_shown_escaped(self, keys: ApiKeys, name: str) -> None:
        secret = keys.create("app")
        with closing(sqlite3.connect(keys.path)) as base, base:
            base.execute("UPDATE keys SET name = ?", (name,))
        listed = run("list").stdout
        assert visible_name(name) in listed
        assert not {"\x1b", "\u202e", "\u3164"} & {*listed}
        assert visible_name(name) in run("revoke", "nobody").stderr
        with api(keys_file=keys.path, key=secret) as client:
            assert client.get("/v1/styles").status_code == 200
            assert run("revoke", name).exit_code == 0
            assert visible_name(name) in client.get("/v1/styles").json()["detail"]

    @given(st.text())
    def test_as_it_is_shown_is_one_visible_line(self, name: str) -> None:
        assert visible_name(name).isprintable()
        assert not is_name(name) or visible_name(name) == name
