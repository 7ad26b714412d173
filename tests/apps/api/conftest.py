"""What the API's tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.apps.api.server import api


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A client of one server that many tests share; no key is asked for."""
    with api(keys_file=tmp_path_factory.mktemp("keys") / "keys.sqlite3") as client:
        yield client


@pytest.fixture
def keys_file(tmp_path: Path) -> Path:
    """A file for API keys."""
    return tmp_path / "keys.sqlite3"
