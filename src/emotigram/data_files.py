"""The files of ``data``: what they hold, which a folder has, and those of one language each."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache, partial
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from emotigram.chinese import converted


def read_data(path: str) -> dict[str, Any]:
    """A file of ``data``, such as ``naming.toml`` or ``social/en.toml``."""
    return tomllib.loads(_file(path).read_text("utf-8"))


def data_names(folder: str) -> tuple[str, ...]:
    """The files of a folder of ``data``, without their ending, sorted."""
    names = (path.name for path in _file(folder).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def data_folders(folder: str) -> tuple[str, ...]:
    """The languages that have a folder of their own in a folder of ``data``, or one in another script, sorted."""
    return _with_conversions({path.name for path in _file(folder).iterdir() if path.is_dir()})


def data_languages(folder: str) -> tuple[str, ...]:
    """The languages that a folder of ``data`` speaks, sorted."""
    return _with_conversions(set(data_names(folder)))


def read_language(folder: str, language: str) -> dict[str, Any]:
    """One language's file of a folder of ``data``; raises FileNotFoundError where ``data_languages`` lacks it."""
    source, convert = (language, str) if language in data_names(folder) else words_of(language)
    return tomllib.loads(convert(_file(f"{folder}/{source}.toml").read_text("utf-8")))


def words_of(language: str) -> tuple[str, Callable[[str], str]]:
    """The language whose words a language uses, its own or those of another script, and how a text of them is put."""
    source, conversion = _conversions().get(language, (language, ""))
    return source, partial(converted, conversion=conversion) if conversion else str


def read_text(path: str) -> str:
    """A file of ``data`` as it stands, '' where there is none."""
    file = _file(path)
    return file.read_text("utf-8") if file.is_file() else ""


def _with_conversions(own: set[str]) -> tuple[str, ...]:
    return tuple(sorted(own | {language for language, (source, _) in _conversions().items() if source in own}))


@cache
def _conversions() -> dict[str, tuple[str, str]]:
    """The languages in the words of another one: which, and OpenCC's conversion from it."""
    files = {key: read_data(f"languages/{key}.toml") for key in data_names("languages")}
    return {key: (file["words_of"], file["script_conversion"]) for key, file in files.items() if "words_of" in file}


def _file(path: str) -> Traversable:
    return resources.files("emotigram") / "data" / path
