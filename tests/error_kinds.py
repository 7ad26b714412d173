"""The errors that are raised, and their sentences' blanks."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib import resources

from emotigram.errors import EmotiGramError, SettingsError

ENGLISH = tomllib.loads((resources.files("emotigram") / "data" / "interface" / "en.toml").read_text("utf-8"))["errors"]


def kinds_of(branch: type[EmotiGramError] = EmotiGramError) -> Iterator[type[EmotiGramError]]:
    """A branch's errors; what is called ``...Error`` is a branch and never raised, but for SettingsError."""
    if branch is SettingsError or not branch.__name__.endswith("Error"):
        yield branch
    for below in branch.__subclasses__():
        yield from kinds_of(below)


def blanks_of(kind: type[EmotiGramError]) -> set[str]:
    """The names of the values that an error's sentences show."""
    sentences = (ENGLISH[kind.code][part] for part in ("message", "hint"))
    return {name for sentence in sentences for name in re.findall(r"{([a-z_]+)", sentence)}
