"""Parts of the page as HTML; all text in them is escaped."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from emotigram import catalogue
from emotigram.apps.check_words import finding
from emotigram.texts import say


def render(part: str, language: str, **values: object) -> str:
    """Fill ``templates/<part>.html`` in an interface language."""
    return (
        _environment()
        .get_template(f"{part}.html")
        .render(
            language=language,
            say=lambda key, **filling: say(f"web.{key}", language, **filling),
            word=lambda key: say(key, language),
            catalogue=catalogue,
            finding=finding,
            **values,
        )
    )


@cache
def _environment() -> Environment:
    loader = PackageLoader("emotigram", "apps/web/templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
