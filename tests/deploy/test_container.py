"""The image and the compose file hold what docs/deploy.md promises, as far as can be told without building them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from emotigram.settings import Settings
from tests.deploy.files import (
    ROOT,
    compose_service,
    health_command,
    image_environment,
    instructions,
    last,
    reaches_builder,
)

PORT = Settings.model_fields["port"].default


def test_hadolint_has_nothing_to_say_about_the_dockerfile() -> None:
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    assert hadolint, "pip install -r requirements/test.txt"
    text = (ROOT / "Dockerfile").read_text("utf-8")
    assert "hadolint ignore" not in text
    done = subprocess.run([hadolint, "--no-color", "-"], input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_the_image_has_a_pinned_base_and_a_user_without_rights() -> None:
    bases = [rest.split()[0] for name, rest in instructions() if name == "FROM"]
    assert len(bases) == 2
    assert len(set(bases)) == 1, "what is built in one Python is run in the same"
    assert re.fullmatch(r"python:3\.\d+-slim-\w+", bases[0])
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", last("USER"))
    assert int(last("EXPOSE")) == PORT


def test_the_image_is_built_from_the_locked_versions_then_the_package_alone() -> None:
    installs = [rest for name, rest in instructions(0) if "pip install" in rest]
    assert [install.split("pip install ")[1] for install in installs] == [
        "--only-binary :all: -r requirements/run.txt",
        "--no-deps .",
    ]
    copied = [rest.split()[:-1] for name, rest in instructions(0) if name == "COPY"]
    for source in (source for sources in copied for source in sources):
        assert (ROOT / source).exists()
        assert reaches_builder(source)


@pytest.mark.parametrize(
    "path",
    [".env", ".git/config", "api-keys.sqlite3", "emotigram.toml", "photo.jpg", "src/emotigram/__pycache__/a.pyc"],
)
def test_nothing_private_reaches_the_builder(path: str) -> None:
    assert not reaches_builder(path)


def test_keys_and_weights_are_kept_on_the_volume() -> None:
    environment, (volume,) = image_environment(), json.loads(last("VOLUME"))
    for name in ("HOME", "EMOTIGRAM_KEYS_FILE", "EMOTIGRAM_WEIGHTS_DIR"):
        assert Path(environment[name]).is_relative_to(volume)
    assert [mount.partition(":")[2] for mount in compose_service()["volumes"]] == [volume]
    assert environment["EMOTIGRAM_LOG_FORMAT"] == "json"


def test_compose_publishes_to_this_computer_only_and_takes_all_rights_away() -> None:
    service = compose_service()
    assert service["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert [mount.partition(":")[0] for mount in service["tmpfs"]] == [image_environment()["TMPDIR"]]
    assert not {"user", "privileged", "cap_add", "network_mode", "pid", "devices"} & service.keys()
    assert service["env_file"] == [{"path": ".env", "required": False}]
    assert {"mem_limit", "pids_limit"} <= service.keys()


def test_compose_runs_the_images_command_and_health_check() -> None:
    service = compose_service()
    assert not {"command", "entrypoint"} & service.keys()
    assert service["healthcheck"]["test"] == ["CMD", *health_command()]
    assert service["restart"] == "unless-stopped"


def test_docker_compose_accepts_the_file() -> None:
    docker = shutil.which("docker")
    if not docker or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("docker compose is not installed")
    command = [docker, "compose", "--file", str(ROOT / "compose.yaml"), "config", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
