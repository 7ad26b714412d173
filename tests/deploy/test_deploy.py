"""Unit and proxy hold what docs/deploy.md promises, and the commands of image and unit run here as they are."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from emotigram import catalogue
from emotigram.apps.cli.main import app
from emotigram.settings import Settings
from tests.deploy.files import (
    ROOT,
    UNIT,
    compose_service,
    health_command,
    image_command,
    image_environment,
    seconds,
    unit,
)
from tests.e2e.conftest import free_port

BIN = str(Path(sys.executable).parent)
DEFAULTS = {name: field.default for name, field in Settings.model_fields.items()}
TO_CLOSE_S = 5  # beyond shutdown_s, until the process has ended
DOCUMENTS = ["docs/deploy.md", "docs/deploy.zh-CN.md"]
FILES = ["Dockerfile", "compose.yaml", "deploy/emotigram.service", "deploy/nginx.conf", *DOCUMENTS]


def test_the_unit_takes_all_rights_away_and_ends_by_sigterm() -> None:
    service = unit()["Service"]
    assert unit().sections() == ["Unit", "Service", "Install"]
    for key in ("DynamicUser", "NoNewPrivileges", "PrivateTmp", "PrivateDevices"):
        assert service[key] == "yes", key
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    assert service["StateDirectory"] == "emotigram"
    assert service["EnvironmentFile"] == "-/etc/emotigram.env"
    assert (service["Restart"], service["KillSignal"]) == ("on-failure", "SIGTERM")
    assert service["KillMode"] == "mixed"  # running requests still need the processes that decode photos


def test_the_unit_asks_for_keys_because_a_proxy_makes_everybody_local() -> None:
    assert "Environment=EMOTIGRAM_API_KEYS=always\n" in UNIT.read_text("utf-8")


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    systemd = shutil.which("systemd-analyze")
    if systemd is None:
        pytest.skip("systemd is not installed")
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text("utf-8").replace("/opt/emotigram/bin", BIN), "utf-8")
    done = subprocess.run([systemd, "verify", str(copy)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert UNIT.stem not in done.stderr


def test_whoever_stops_the_server_waits_until_requests_are_finished() -> None:
    for grace in (compose_service()["stop_grace_period"], unit()["Service"]["TimeoutStopSec"]):
        assert DEFAULTS["shutdown_s"] + TO_CLOSE_S <= seconds(grace) <= DEFAULTS["shutdown_s"] + 30


def test_the_proxy_lets_through_what_emotigram_takes_and_waits_as_long() -> None:
    said = dict(re.findall(r"^  (\w+) (.+);$", (ROOT / "deploy/nginx.conf").read_text("utf-8"), re.MULTILINE))
    assert int(said["client_max_body_size"].rstrip("m")) > DEFAULTS["max_upload_mb"]
    assert seconds(said["proxy_read_timeout"]) > DEFAULTS["answer_timeout_s"]
    assert said["proxy_buffering"] == "off"


@pytest.mark.parametrize("name", FILES)
def test_every_variable_is_a_setting(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    found = set(re.findall(r"\bEMOTIGRAM_([A-Z_]+[A-Z])\b", text))
    assert found
    assert {each.lower() for each in found} <= Settings.model_fields.keys()
    keys = set(re.findall(r"\b[A-Z]+_API_KEY\b", text)) - {"EMOTIGRAM_API_KEY"}
    assert keys <= {provider.key_env for provider in catalogue.providers()}


@pytest.mark.parametrize(
    ("command", "host"), [(image_command(), "0.0.0.0"), (unit()["Service"]["ExecStart"].split(), "127.0.0.1")]
)
def test_the_commands_are_emotigrams_own(command: list[str], host: str) -> None:
    assert (Path(command[0]).name, command[1]) == ("emotigram", "serve")
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    chosen = commands["serve"].make_context("serve", command[2:]).params
    assert (chosen["host"], chosen["open_browser"], chosen["page"]) == (host, False, True)


def test_the_images_command_passes_its_health_check_and_ends_on_sigterm(tmp_path: Path) -> None:
    data, temporary = tmp_path / "data", tmp_path / "tmp"
    data.mkdir()
    temporary.mkdir()
    places = {name: value.replace("/data", str(data)) for name, value in image_environment().items()}
    own = {"PATH": os.pathsep.join([BIN, os.defpath]), "TMPDIR": str(temporary), "EMOTIGRAM_PORT": str(free_port())}
    environment = {**places, **own}
    command = [*image_command(), "--host", "127.0.0.1", "--no-page"]
    with subprocess.Popen(
        command, env=environment, cwd=data, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as server:
        try:
            assert server.stdout is not None
            assert own["EMOTIGRAM_PORT"] in server.stdout.readline()
            subprocess.run(health_command(), env=environment, check=True)
            server.send_signal(signal.SIGTERM)
            _, log = server.communicate(timeout=seconds(compose_service()["stop_grace_period"]))
        finally:
            server.kill()
    assert server.returncode == 0
    assert [json.loads(line)["route"] for line in log.splitlines() if "answered" in line] == ["/healthz"]
    assert subprocess.run(health_command(), env=environment, capture_output=True, check=False).returncode == 1
    assert [*data.iterdir(), *temporary.iterdir()] == []
