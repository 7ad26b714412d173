"""The page of results: one section a comparison, written between its marks and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emotigram.errors import ReportUnwritable, SettingsError
from emotigram.evaluation.report import render
from emotigram.training.multimodal.compare_report import TEMPLATES
from emotigram.training.multimodal.comparison import default_strategy
from emotigram.training.multimodal.published import published

_KEY = re.compile(r"[a-z0-9][a-z0-9_.-]*")


def put_into_results(page: Path, key: str, comparison: Mapping[str, Any], about: Mapping[str, Any]) -> None:
    """Write or replace the section ``key`` (``mvsa``, ``mvsa--minilm``); the rest of the page stays byte for byte.

    A page that is not there is begun. ``about`` as for ``write_comparison``. Raises ReportUnwritable where the page
    cannot be written or a mark is missing or stands twice, SettingsError for a key with other signs.
    """
    checked_key(key)
    try:
        before = page.read_bytes().decode() if page.exists() else render("results_header.md.j2", TEMPLATES)
        after = _with_section(page, before, key, results_section(comparison, about))
        unfinished = page.with_name(f"{page.name}.tmp")
        unfinished.write_bytes(after.encode())
        unfinished.replace(page)
    except OSError as error:
        raise ReportUnwritable(path=page, reason=error.strerror or error) from error


def checked_key(key: str) -> str:
    """The key of a section; raises SettingsError where it has other signs than small letters, digits, _, - and dots."""
    if not _KEY.fullmatch(key):
        raise SettingsError(detail=f"section: small letters, digits and - are needed, not {key!r}")
    return key


def results_section(comparison: Mapping[str, Any], about: Mapping[str, Any]) -> str:
    """The section as Markdown, without its marks."""
    found = published()
    return render(
        "results_section.md.j2",
        TEMPLATES,
        comparison=comparison,
        about=about,
        default=default_strategy(comparison),
        published=found.of(about["data"]),
        notes=[found.comparability] + ([found.notes[about["data"]]] if about["data"] in found.notes else []),
    )


def _with_section(page: Path, text: str, key: str, section: str) -> str:
    first, last = f"<!-- results:{key} -->", f"<!-- /results:{key} -->"
    written = f"{first}\n{section.strip()}\n{last}"
    counts = (text.count(first), text.count(last))
    if counts == (0, 0):
        return f"{text.rstrip()}\n\n{written}\n"
    start, end = text.find(first), text.find(last)
    if counts != (1, 1) or end < start:
        raise ReportUnwritable(path=page, reason=f"the marks {first} and {last} must stand there once, in this order")
    return text[:start] + written + text[end + len(last) :]
