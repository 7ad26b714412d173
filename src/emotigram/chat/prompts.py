"""Prompts are Jinja2 files, in a folder ``prompts`` beside the engine that they are for."""

from __future__ import annotations

from functools import cache

from jinja2 import PackageLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment


def render(package: str, template: str, **values: object) -> str:
    """Return one prompt of a package, filled in."""
    return _environment(package).get_template(template).render(**values)


@cache
def _environment(package: str) -> SandboxedEnvironment:
    return SandboxedEnvironment(loader=PackageLoader(package, "prompts"), undefined=StrictUndefined)
