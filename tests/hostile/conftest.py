"""The corpus, made once for all tests of a process that ask for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.corpus import write


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """Hostile photos by kind, as ``tests.hostile.corpus`` makes them."""
    return write(tmp_path_factory.mktemp("corpus"))
