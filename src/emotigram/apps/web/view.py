"""What the result column shows, as HTML."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from emotigram import catalogue
from emotigram.apps.check_words import finding
from emotigram.apps.feelings import feeling, likely_emotions
from emotigram.domain import Post, Reading
from emotigram.errors import EmotiGramError
from emotigram.texts import say

Stage = Literal["empty", "opening", "reading", "writing", "done"]
STEPS: tuple[Stage, ...] = ("opening", "reading", "writing")


@dataclass(frozen=True)
class View:
    """How far one visitor has come; ``seed`` counts the posts asked for anew.

    ``photos_go_to`` names who else gets the photos, '' for nobody.
    """

    stage: Stage = "empty"
    reading: Reading | None = None
    post: Post | None = None
    error: EmotiGramError | None = None
    seed: int = 0
    photos_go_to: str = ""


def render(view: View, language: str) -> str:
    """Return the result column in an interface language; all text in it is escaped."""
    return _template().render(
        view=view,
        say=lambda key, **values: say(key, language, **values),
        language=language,
        finding=finding,
        steps=[(step, _progress(step, view.stage)) for step in STEPS],
        catalogue=catalogue,
        hashtags=_hashtags(view.post),
        emotions=likely_emotions(view.reading.affect, language) if view.reading else [],
        feeling=feeling(view.reading.affect, language) if view.reading else "",
    )


def _progress(step: Stage, stage: Stage) -> str:
    position = len(STEPS) if stage == "done" else STEPS.index(stage) if stage in STEPS else -1
    return "done" if STEPS.index(step) < position else "now" if STEPS.index(step) == position else "later"


def _hashtags(post: Post | None) -> list[str]:
    if post is None:
        return []
    form = catalogue.platform(post.platform).hashtag_form
    return [form.format(tag=tag) for tag in post.hashtags]


@cache
def _template() -> Template:
    loader = PackageLoader("emotigram", "apps/web")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template("result.html")
