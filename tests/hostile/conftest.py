"""What hostile tests share: the corpus of photos, and one server, as a user starts it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.apps.api.process import Process, served
from tests.hostile.corpus import KINDS, few, write
from tests.hostile.pages import Caller


@pytest.fixture(scope="session")
def corpus(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """Hostile photos by kind, as ``tests.hostile.corpus`` makes them: ``few`` of them or ``all``."""
    return write(tmp_path_factory.mktemp("corpus"), {"few": few(), "all": KINDS}[request.param])


@pytest.fixture(scope="session")
def page_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The page and the API, writing offline, logging JSON; a proxy may call it posts.example."""
    with served(
        tmp_path_factory.mktemp("page-server"), log_format="json", allowed_hosts='["posts.example"]'
    ) as process:
        yield process


@pytest.fixture
def caller(page_server: Process) -> Iterator[Caller]:
    """A program that calls the page's events."""
    with Caller(page_server.url) as caller:
        yield caller
