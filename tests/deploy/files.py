"""What the files for deployment say, read as their own tools read them."""

from __future__ import annotations

import json
import re
import shlex
from configparser import ConfigParser
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent.parent
UNIT = ROOT / "deploy/emotigram.service"


def instructions(stage: int | None = None) -> list[tuple[str, str]]:
    """The Dockerfile's instructions with their arguments; those of one stage, counted from 0 or from -1 at the end."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE)
    lines = [line.split(maxsplit=1) for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    every = [(name, " ".join(rest.split())) for name, rest in lines]
    if stage is None:
        return every
    starts = [index for index, (name, _) in enumerate(every) if name == "FROM"]
    begin = starts[stage]
    return every[begin : next((start for start in starts if start > begin), None)]


def last(name: str) -> str:
    """The arguments of the image's last instruction of a name: the one that holds."""
    return [rest for known, rest in instructions(-1) if known == name][-1]


def image_command() -> list[str]:
    """What the image runs; not JSON, and so not the exec form that gets signals, is an error."""
    command: list[str] = json.loads(last("CMD"))
    return command


def health_command() -> list[str]:
    """What the image's health check runs."""
    command: list[str] = json.loads(last("HEALTHCHECK").partition(" CMD ")[2])
    return command


def image_environment() -> dict[str, str]:
    """What the image sets."""
    pairs = [pair for name, rest in instructions(-1) if name == "ENV" for pair in shlex.split(rest)]
    return dict(pair.split("=", 1) for pair in pairs)


def compose_service() -> dict[str, Any]:
    """The one service of compose.yaml."""
    (service,) = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"].values()
    return dict(service)


def unit() -> ConfigParser:
    """The systemd unit; of a key that stands there more than once, the last."""
    parser = ConfigParser(strict=False, interpolation=None, delimiters=["="], comment_prefixes=["#"])
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(UNIT.read_text("utf-8"))
    return parser


def reaches_builder(path: str) -> bool:
    """Whether .dockerignore lets a file through: the last line that names it or a folder of it decides."""
    reaches = True
    names = [path, *map(str, PurePosixPath(path).parents)]
    for line in (ROOT / ".dockerignore").read_text("utf-8").split():
        if any(fnmatch(name, line.removeprefix("!")) for name in names if name != "."):
            reaches = line.startswith("!")
    return reaches


def seconds(words: str) -> float:
    """A time such as 40s or 2m, as compose, nginx and systemd write it; seconds where no unit is given."""
    number, unit_of_time = re.fullmatch(r"(\d+)(s|m|)", words).groups()  # type: ignore[union-attr]
    return int(number) * (60 if unit_of_time == "m" else 1)
