"""The page of all settings, from the class itself: ``python -m emotigram.apps.configuration [--language zh]``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le
from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from emotigram.registry import ROLES, own_keys
from emotigram.settings import Settings
from emotigram.texts import INTERFACE_LANGUAGES, say

# the first setting of each group, in the order of the class
_GROUPS = {"reading": "captioner", "writing": "writer", "general": "interface", "serving": "host"}
_PREFIX = Settings.model_config["env_prefix"]
_COLUMNS = ("setting", "variable", "kind", "default", "effect")
_KINDS: dict[object, str] = {str: "text", int: "whole", float: "number", Path: "path", SecretStr: "secret"}


def configuration(language: str) -> str:
    """The page as Markdown, in an interface language."""
    environment = Environment(
        loader=PackageLoader("emotigram.apps"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  # Markdown, from our own words
        keep_trailing_newline=True,
    )
    tables = {group: table(group, language) for group in _GROUPS}
    return environment.get_template(f"configuration.{language}.md.j2").render(prefix=_PREFIX, **tables)


def table(group: str, language: str) -> str:
    """The settings of one group, one a row."""
    head = [say(f"configuration.columns.{column}", language) for column in _COLUMNS]
    rows = [head, ["---"] * len(head), *(_row(name, field, language) for name, field in _of(group))]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _of(group: str) -> Iterator[tuple[str, FieldInfo]]:
    """The settings from a group's first up to the next group's."""
    fields = list(Settings.model_fields.items())
    start = [name for name, _ in fields].index(_GROUPS[group])
    later = set(_GROUPS.values()) - {_GROUPS[group]}
    return takewhile(lambda item: item[0] not in later, fields[start:])


def _row(name: str, field: FieldInfo, language: str) -> list[str]:
    engines = {role: ", ".join(own_keys(role)) for role in ROLES}
    told = (field.description or "").format(**engines)
    effect = told if language == "en" else say(f"settings.{name}", language, **engines)
    variable = f"{_PREFIX}{name}".upper()
    return [f"`{name}`", f"`{variable}`", _kind(field, language), _default(field.default), effect]


def _kind(field: FieldInfo, language: str) -> str:
    """What may be given: choices, or a word for the type and its limits."""
    of = next((each for each in get_args(field.annotation) or [field.annotation] if each is not NoneType), None)
    if get_origin(field.annotation) is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(field.annotation))
    if of is bool:
        return "`true`, `false`"
    word = "list" if get_origin(field.annotation) is tuple else _KINDS[of]
    return " ".join([say(f"configuration.kinds.{word}", language), *_limits(field)])


def _limits(field: FieldInfo) -> Iterator[str]:
    bounds = {type(limit): limit for limit in field.metadata}
    if Ge in bounds and Le in bounds:
        yield f"{bounds[Ge].ge}–{bounds[Le].le}"
    elif Ge in bounds:
        yield f"≥ {bounds[Ge].ge}"
    elif Gt in bounds:
        yield f"> {bounds[Gt].gt}" + (f", ≤ {bounds[Le].le}" if Le in bounds else "")


def _default(value: Any) -> str:
    """The default as in ``emotigram.toml``, without quotes; '' where there is none."""
    if value in (None, "") or isinstance(value, SecretStr):
        return ""
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def main() -> None:
    """Print the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--language", choices=INTERFACE_LANGUAGES, default="en")
    sys.stdout.buffer.write(configuration(parser.parse_args().language).encode("utf-8"))


if __name__ == "__main__":
    main()
