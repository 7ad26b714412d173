"""Data files of one language each: which there are, and what they hold."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

# Read from another language's file, by one of OpenCC's conversions: the wording is the same, the signs are not.
_CONVERTED = {"zh-TW": ("zh", "s2twp")}


def data_languages(folder: str) -> tuple[str, ...]:
    """The languages that a folder of ``data`` speaks, sorted."""
    files = (resources.files("emotigram") / "data" / folder).iterdir()
    own = {path.name.removesuffix(".toml") for path in files if path.name.endswith(".toml")}
    return tuple(sorted(own | {language for language, (source, _) in _CONVERTED.items() if source in own}))


def read_language(folder: str, language: str) -> dict[str, Any]:
    """One language's file of a folder of ``data``; raises FileNotFoundError where ``data_languages`` lacks it."""
    path = resources.files("emotigram") / "data" / folder
    if (path / f"{language}.toml").is_file() or language not in _CONVERTED:
        return tomllib.loads((path / f"{language}.toml").read_text("utf-8"))
    source, conversion = _CONVERTED[language]
    from emotigram.chinese import converted  # noqa: PLC0415  # the tables take a moment, and only this needs them

    return tomllib.loads(converted((path / f"{source}.toml").read_text("utf-8"), conversion))
