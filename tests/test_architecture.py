"""The rooms of docs/architecture.md: each module is in one, and imports what its row allows, for type checkers too."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import grimp
import pytest

PAGE = Path(__file__).parents[1] / "docs/architecture.md"
NAME = re.compile(r"`([\w./]+)`")


class Row(NamedTuple):
    """One row of the table: what is in the room, and the names of other rooms that it may import."""

    rooms: frozenset[str]
    may: frozenset[str]


def _rows() -> list[Row]:
    table = PAGE.read_text("utf-8").split("## Rooms", 1)[1].split("\n## ", 1)[0]
    lines = [line.split("|")[1:-1] for line in table.splitlines() if line.startswith("| `")]
    return [Row(frozenset(NAME.findall(rooms)), frozenset(NAME.findall(may))) for rooms, _, may in lines]


ROWS = _rows()
PLACES = {name: at for at, row in enumerate(ROWS) for name in row.rooms}
GRAPH = grimp.build_graph("emotigram", exclude_type_checking_imports=False, cache_dir=None)
MODULES = sorted(GRAPH.modules - {"emotigram", "emotigram.apps"})  # the two hold nothing themselves
TENANTS = ("affect", "captioner_lora", "embedded_captioner", "multimodal")


def room_of(module: str) -> str:
    """The room that a module stands in, by the longest name that fits; '' for none."""
    path = module.removeprefix("emotigram").lstrip(".").replace(".", "/")
    fitting = [name for name in PLACES if path == name.removesuffix(".py") or f"{path}/".startswith(name)]
    return max(fitting, key=len, default="")


@cache
def arrows() -> dict[tuple[int, int], list[str]]:
    """From row to row, the imports between them."""
    found: dict[tuple[int, int], list[str]] = {}
    for module in MODULES:
        for imported in sorted(GRAPH.find_modules_directly_imported_by(module) & set(MODULES)):
            rows = (PLACES[room_of(module)], PLACES[room_of(imported)])
            if rows[0] != rows[1]:
                found.setdefault(rows, []).append(f"{module} -> {imported}")
    return found


def test_every_module_has_a_room() -> None:
    assert [module for module in MODULES if not room_of(module)] == []


def test_no_room_is_listed_twice_or_empty() -> None:
    assert len(PLACES) == sum(len(row.rooms) for row in ROWS)
    assert set(PLACES) == {room_of(module) for module in MODULES}


@pytest.mark.parametrize("row", range(len(ROWS)), ids=lambda row: min(ROWS[row].rooms))
def test_a_room_imports_what_its_row_says(row: int) -> None:
    allowed = {PLACES[name] for name in ROWS[row].may}
    used = {to: imports for (at, to), imports in arrows().items() if at == row}
    assert {to: imports for to, imports in used.items() if to not in allowed} == {}
    assert [min(ROWS[to].rooms) for to in sorted(allowed - set(used))] == [], "the page allows what nobody needs"


def test_rooms_import_only_what_stands_above_them() -> None:
    assert [imports for (at, to), imports in arrows().items() if to > at] == []


def test_no_module_imports_itself_in_a_circle() -> None:
    left = {module: set(GRAPH.find_modules_directly_imported_by(module)) - {module} for module in GRAPH.modules}
    while free := [module for module, imports in left.items() if not imports & set(left)]:
        for module in free:
            del left[module]
    assert sorted(left) == []


@pytest.mark.parametrize("tenant", TENANTS)
def test_what_is_trained_apart_does_not_know_each_other(tenant: str) -> None:
    others = [f"emotigram.training.{each}" for each in TENANTS if each != tenant]
    chains = [GRAPH.find_shortest_chains(f"emotigram.training.{tenant}", other, as_packages=True) for other in others]
    assert not any(chains)
