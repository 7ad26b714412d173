"""A hub on loopback and a store of its own for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from emotigram.settings import Settings, load_settings
from emotigram.testing.hub import FakeHub, use_hub


class Log:
    """A watcher that writes down what it hears."""

    def __init__(self) -> None:
        self.jobs: list[tuple[str, str, int, int]] = []
        self.counted = 0

    def start(self, job: Literal["checking", "fetching"], file: str, total: int, done: int = 0) -> None:
        self.jobs.append((job, file, total, done))

    def advance(self, count: int) -> None:
        self.counted += count


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    with FakeHub() as hub:
        use_hub(monkeypatch, hub.endpoint)
        yield hub


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(weights_dir=tmp_path / "store")
