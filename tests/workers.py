"""Which of the processes that share the suite runs what: modules with one server go together, long ones first."""

from __future__ import annotations

from pathlib import PurePath

import pytest
from xdist.scheduler import LoadFileScheduling

_LONG = ("e2e", "training", "hostile")  # so that no process is left alone with them at the end


class ByServer(LoadFileScheduling):
    """Hands out module by module; those that share the page's server, or the browser, are one."""

    def _split_scope(self, nodeid: str) -> str:
        path = PurePath(super()._split_scope(nodeid))
        has_page = path.parts[1] == "e2e" or path.match("hostile/test_page_*.py")
        return str(path.parent if has_page else path)


def long_first(items: list[pytest.Item]) -> None:
    """Put the tests that take longest before all others, else in their order."""
    root = PurePath(__file__).parent
    rank = {name: number for number, name in enumerate(_LONG)}
    items.sort(key=lambda item: rank.get(item.path.relative_to(root).parts[0], len(rank)))
