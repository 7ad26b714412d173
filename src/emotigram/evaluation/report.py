"""A report as one folder: ``report.json`` with everything, ``report.md`` to read, pictures and CSV files."""

from __future__ import annotations

import csv
import json
import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from emotigram.errors import ReportInTheWay, ReportUnwritable
from emotigram.evaluation.tables import Table
from emotigram.evaluation.whole_folder import whole_folder

SEED = 0  # of samples, shuffles and simulations
_MADE_BY = "emotigram evaluate"
_TEMPLATES = "emotigram.evaluation"
_PACKAGES = ("emotigram", "onnxruntime", "numpy", "scikit-learn", "scipy", "pycocoevalcap")
_DIGITS = 4


def describe_table(table: Table, measured: int) -> dict[str, Any]:
    """A data set by name and checksum, without its folder, and how many of its rows were measured."""
    return {
        "file": table.path.name,
        "sha256": table.sha256,
        "rows": len(table.rows),
        "measured": measured,
        "columns": list(table.columns),
    }


def describe_run(task: str, data: dict[str, Any], engine: dict[str, str]) -> dict[str, Any]:
    """What a reader needs to repeat a measurement; ``data`` tells what was measured on."""
    return {
        "made_by": _MADE_BY,
        "task": task,
        "data": data,
        "engine": engine,
        "seed": SEED,
        "machine": describe_machine(),
        "versions": {name: metadata.version(name) for name in _PACKAGES},
    }


def describe_machine() -> dict[str, Any]:
    """System, processors and Python, without a name of the computer or its user."""
    return {
        "system": platform.system(),
        "release": platform.release(),
        "architecture": platform.machine(),
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
    }


@contextmanager
def new_report(folder: Path, made_by: str = _MADE_BY) -> Iterator[Path]:
    """Give an empty folder to fill; it becomes ``folder`` at the end, or vanishes where something fails.

    An earlier report of the same command (``made_by``) is replaced. Raises ReportInTheWay, and ReportUnwritable where
    no folder can be made.
    """
    _check_place(folder, made_by)
    with ExitStack() as stack:
        try:
            draft = stack.enter_context(whole_folder(folder))
        except OSError as error:
            raise ReportUnwritable(path=folder, reason=error.strerror or error) from error
        yield draft


def write_report(
    draft: Path, template: str, report: dict[str, Any], *, package: str = _TEMPLATES, **only_to_read: Any
) -> None:
    """Write ``report.md`` from a template, then ``report.json``, which lists all files of the report.

    Values ``only_to_read`` (sentences of the data set) go into the Markdown alone.
    """
    rounded = _rounded(report)
    (draft / "report.md").write_text(render(template, package, report=rounded, **only_to_read), "utf-8")
    files = sorted([*(path.name for path in draft.iterdir()), "report.json"])
    text = json.dumps({**rounded, "files": files}, ensure_ascii=False, indent=1)
    (draft / "report.json").write_text(text + "\n", "utf-8")


def render(template: str, package: str = _TEMPLATES, **values: Any) -> str:
    """Fill a Markdown template from a package's folder ``templates``; a value that is missing is an error."""
    words = Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=False,  # noqa: S701  # Markdown; texts of the data set go through the filter below
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    words.filters |= {"plain": _plain, "figure": _figure, "percent": _percent}
    return words.get_template(template).render(**values)


def write_csv(path: Path, header: Sequence[object], lines: Iterable[Sequence[object]]) -> None:
    """Write a table of figures."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *lines])


def _check_place(folder: Path, made_by: str) -> None:
    """Raise ReportInTheWay unless nothing is there, or an empty folder, or an earlier report and nothing else."""
    if not folder.exists() and not folder.is_symlink():
        return
    if not folder.is_dir():
        raise ReportInTheWay(path=folder)
    there = {path.name for path in folder.iterdir()}
    if there and not there <= _files_of_report(folder, made_by):
        raise ReportInTheWay(path=folder)


def _files_of_report(folder: Path, made_by: str) -> set[str]:
    try:
        report = json.loads((folder / "report.json").read_text("utf-8"))
    except (OSError, ValueError):
        return set()
    is_ours = isinstance(report, dict) and report.get("made_by") == made_by
    return set(report.get("files", [])) if is_ours else set()


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, _DIGITS)
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, list) else value


def _plain(text: str) -> str:
    """One line in which Markdown and HTML mean nothing."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>|#~&" else sign for sign in " ".join(text.split()))


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"
