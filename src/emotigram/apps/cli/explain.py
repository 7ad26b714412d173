"""Why a post won: its candidates side by side, and every check of the one that was chosen."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from emotigram.apps.check_words import detail
from emotigram.apps.cli.printable import printable
from emotigram.domain import Candidate, Check, Post
from emotigram.texts import say


def explanation(post: Post, language: str) -> Iterator[RenderableType]:
    """Two tables: candidates by their demerits with what each failed, then the winner's checks with their figures."""
    candidates = _table(("candidate", "demerits", "failed"), language)
    for rank, candidate in enumerate(post.candidates, start=1):
        style = "bold" if rank == 1 else "dim"
        name = say("explain.repaired" if candidate.is_repaired else "explain.number", language, rank=rank)
        told = Text(printable(candidate.text.replace("\n", " ⏎ ")), style).append(
            f"\n{_failed(candidate, language)}", "red"
        )
        candidates.add_row(Text(name, style), Text(f"{candidate.demerits:.2f}", style), told)
    yield candidates
    checks = _table(("check", "figure", "limit", "result"), language)
    for check in post.checks:
        result = Text(
            say(f"explain.{'passed' if check.passed else 'missed'}", language), "green" if check.passed else "red"
        )
        checks.add_row(_name(check, language), f"{check.figure:.4g}", _limit(check), result)
    yield checks


def _table(heads: tuple[str, ...], language: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for head in heads:
        table.add_column(say(f"explain.{head}", language), overflow="fold")
    return table


def _failed(candidate: Candidate, language: str) -> str:
    """What the candidate failed, each in a word and, where it has one, with what is at fault."""
    failed = [(_name(check, language), detail(check, language)) for check in candidate.checks if not check.passed]
    return ", ".join(f"{name} ({printable(fault)})" if fault else name for name, fault in failed)


def _name(check: Check, language: str) -> str:
    return say(f"check_names.{check.name}", language)


def _limit(check: Check) -> str:
    return f"{check.limit:.4g}" if check.limit or check.name not in ("length", "whole") else "–"
