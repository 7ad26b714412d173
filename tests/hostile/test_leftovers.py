"""What a server that was killed leaves in the temporary folder, and what the next one makes of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from emotigram.apps.own_folder import own_folder
from tests.apps.api.process import served
from tests.apps.api.server import PATIENCE_S

NAMES = "emotigram-serve-*"
HOLD = """
import sys
from emotigram.apps.own_folder import own_folder
with own_folder() as folder:
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's folder for temporary files."""
    found = tmp_path / "tmp"
    found.mkdir()
    monkeypatch.setenv("TMPDIR", str(found))
    monkeypatch.setattr("tempfile.tempdir", None)
    return found


def left_behind(place: Path) -> Path:
    """A folder whose process was killed, with a visitor's photo in it."""
    command = [sys.executable, "-c", HOLD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        process.kill()
    assert folder.parent == place
    (folder / "gradio").mkdir()
    (folder / "gradio" / "photo.jpg").write_bytes(b"private")
    return folder


def test_a_server_that_was_killed_leaves_nothing_after_the_next_start(tmp_path: Path) -> None:
    with served(tmp_path, "--no-page") as server:
        server.process.send_signal(signal.SIGKILL)
        server.process.wait(PATIENCE_S)
    left = [*tmp_path.glob(NAMES)]
    assert len(left) == 1
    with served(tmp_path, "--no-page") as server:
        assert not left[0].exists()
        server.process.terminate()
        assert server.process.wait(PATIENCE_S) == 0
        assert server.files() == []
    assert [*tmp_path.glob("emotigram*")] == []


def test_folders_of_the_dead_are_deleted_and_those_of_the_living_stay(place: Path) -> None:
    with own_folder() as living:
        (living / "photo.jpg").write_bytes(b"private")
        dead = [left_behind(place) for _ in range(2)]
        with own_folder() as next_one:
            assert not any(folder.exists() for folder in dead)
            assert (living / "photo.jpg").read_bytes() == b"private"
            assert next_one != living
        assert living.exists()
    assert [*place.iterdir()] == []


def test_a_process_that_ends_by_an_error_leaves_nothing(place: Path) -> None:
    with pytest.raises(FileNotFoundError), own_folder() as folder:
        (folder / "none").read_bytes()
    assert [*place.iterdir()] == []


def test_links_are_neither_followed_nor_deleted(place: Path, tmp_path: Path) -> None:
    precious = tmp_path / "emotigram-serve-aaaaaaaa"
    precious.mkdir(mode=0o700)
    (precious / "in-use.lock").touch()
    (precious / "diary.txt").write_text("mine")
    link = place / "emotigram-serve-bbbbbbbb"
    link.symlink_to(precious)
    dead = left_behind(place)
    (dead / "inside").symlink_to(precious)
    (dead / "file").symlink_to(precious / "diary.txt")
    with own_folder():
        pass
    assert link.is_symlink()
    assert not dead.exists()
    assert (precious / "diary.txt").read_text() == "mine"


def test_a_lock_that_is_a_link_or_a_pipe_keeps_nobody_waiting(place: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.touch()
    linked, piped = place / "emotigram-serve-cccccccc", place / "emotigram-serve-dddddddd"
    for folder in (linked, piped):
        folder.mkdir(mode=0o700)
    (linked / "in-use.lock").symlink_to(target)
    os.mkfifo(piped / "in-use.lock")
    with own_folder():
        pass
    assert target.exists()
    assert linked.exists()


@pytest.mark.parametrize("name", ["emotigram-holidays", "emotigram-serve-", "emotigram-serve-MyPhotos", "emotigram-ab"])
def test_what_only_looks_alike_is_left_alone(place: Path, name: str) -> None:
    folder = place / name
    folder.mkdir(mode=0o700)
    (folder / "in-use.lock").touch()
    with own_folder():
        pass
    assert folder.exists()


def test_a_folder_without_a_lock_or_open_to_others_is_left_alone(place: Path) -> None:
    unlocked, shared = place / "emotigram-serve-eeeeeeee", place / "emotigram-serve-ffffffff"
    unlocked.mkdir(mode=0o700)
    shared.mkdir()
    shared.chmod(0o777)
    (shared / "in-use.lock").touch()
    with own_folder():
        pass
    assert unlocked.exists()
    assert shared.exists()


def test_a_folder_of_another_user_is_left_alone(place: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    folder = left_behind(place)
    os.chown(folder, 65534, 65534)
    with own_folder():
        pass
    assert folder.exists()
