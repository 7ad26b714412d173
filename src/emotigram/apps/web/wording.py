"""Labels and choices of everything on the page that has a fixed wording, in each interface language."""

from __future__ import annotations

from typing import Any

from emotigram import catalogue
from emotigram.apps.web.choices import AS_READ, AUTO
from emotigram.apps.web.view import render
from emotigram.domain import Language, Platform, Style
from emotigram.texts import say

_TONES = (AS_READ, "positive", "neutral", "negative")


def wording(language: str) -> dict[str, dict[str, Any]]:
    """Return what each worded part is called, by its name."""
    usual = (say("web.usual", language), AUTO)
    platforms = [usual, *_names(catalogue.platforms(), language)]
    tones = [(say(f"web.tones.{tone}", language), tone) for tone in _TONES]
    return {
        "header": {"value": render("header", language)},
        "interface": {"label": say("web.interface", language)},
        "words": {"label": say("web.words", language), "placeholder": say("web.words_hint", language)},
        "platform": {"label": say("web.platform", language), "choices": platforms},
        "language": {"label": say("web.language", language), "choices": _names(catalogue.languages(), language)},
        "style": {"label": say("web.style", language), "choices": _names(catalogue.styles(), language)},
        "tone": {"label": say("web.tone", language), "choices": tones},
        "title": {"label": say("web.fields.title", language)},
        "text": {"label": say("web.fields.text", language)},
        "hashtags": {"label": say("web.fields.hashtags", language)},
        "alt_text": {"label": say("web.fields.alt_text", language)},
        "again": {"value": say("web.again", language)},
        "tabs": {"value": render("tabs", language)},
        **{revision.key: {"value": revision.names[language]} for revision in catalogue.revisions()},
    }


def _names(entries: list[Platform] | list[Language] | list[Style], language: str) -> list[tuple[str, str]]:
    return [(entry.names[language], entry.key) for entry in entries]
