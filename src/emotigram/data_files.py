"""The files of ``data``: what they hold, which a folder has, and those of one language each."""

from __future__ import annotations

import tomllib
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from emotigram.chinese import to_taiwan

# Read from the file on the right: the wording is the same, the signs and some words are not.
_IN_OTHER_SIGNS = {"zh-TW": "zh"}


def read_data(path: str) -> dict[str, Any]:
    """A file of ``data``, such as ``naming.toml`` or ``social/en.toml``."""
    return tomllib.loads(_file(path).read_text("utf-8"))


def data_names(folder: str) -> tuple[str, ...]:
    """The files of a folder of ``data``, without their ending, sorted."""
    names = (path.name for path in _file(folder).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def data_languages(folder: str) -> tuple[str, ...]:
    """The languages that a folder of ``data`` speaks, sorted."""
    own = set(data_names(folder))
    return tuple(sorted(own | {language for language, source in _IN_OTHER_SIGNS.items() if source in own}))


def read_language(folder: str, language: str) -> dict[str, Any]:
    """One language's file of a folder of ``data``; raises FileNotFoundError where ``data_languages`` lacks it."""
    if language in data_names(folder) or language not in _IN_OTHER_SIGNS:
        return read_data(f"{folder}/{language}.toml")
    return tomllib.loads(to_taiwan(_file(f"{folder}/{_IN_OTHER_SIGNS[language]}.toml").read_text("utf-8")))


def _file(path: str) -> Traversable:
    return resources.files("emotigram") / "data" / path
