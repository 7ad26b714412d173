"""Every sentence shown to a person, by key and language, from ``data/interface/*.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from emotigram.locales import best_match

INTERFACE_LANGUAGES = ("en", "zh")


def say(key: str, language: str, **values: object) -> str:
    """Return the sentence for a dotted key such as ``errors.photo_missing.hint``, filled with values.

    Raises KeyError for a key no interface file holds: that is a bug, not an input.
    """
    node: object = _sentences(language)
    for part in key.split("."):
        if not isinstance(node, dict):
            raise KeyError(key)
        node = node[part]
    return str(node).format(**values)


def interface_language(asked: str = "auto") -> str:
    """Return ``en`` or ``zh``; ``auto`` follows the LC_ALL, LC_MESSAGES and LANG variables."""
    if asked in INTERFACE_LANGUAGES:
        return asked
    return best_match(locale_name() if asked == "auto" else asked, INTERFACE_LANGUAGES) or "en"


def locale_name() -> str:
    """The locale that messages should follow, such as ``ja_JP``; '' where none is set."""
    from babel.core import default_locale  # noqa: PLC0415  # where no language is asked for

    return default_locale(("LC_ALL", "LC_MESSAGES", "LANG")) or ""


@cache
def _sentences(language: str) -> dict[str, object]:
    path = resources.files("emotigram") / "data" / "interface" / f"{language}.toml"
    return tomllib.loads(path.read_text("utf-8"))
