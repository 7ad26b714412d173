"""What stands on the page, and its wording in each interface language."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from importlib import resources
from typing import Any

import gradio as gr

from emotigram import catalogue
from emotigram.apps.web.examples import examples_html
from emotigram.apps.web.view import View, render
from emotigram.domain import Language, Platform, Style
from emotigram.studio import Studio
from emotigram.texts import interface_language, say

AUTO = "auto"
AS_READ = "as_read"
_TONES = (AS_READ, "positive", "neutral", "negative")
_STATE_SECONDS = 6 * 3600  # a reading is forgotten this long after its last use


@dataclass(frozen=True)
class Controls:
    """Everything on the page that events read or change."""

    header: gr.HTML
    interface: gr.Radio
    photo: gr.Image
    examples: gr.HTML
    platform: gr.Dropdown
    language: gr.Dropdown
    style: gr.Radio
    tone: gr.Radio
    again: gr.Button
    again_hint: gr.HTML
    result: gr.HTML
    view: gr.State

    @property
    def worded(self) -> list[gr.Component]:
        """The parts whose wording follows the interface language, in the order of ``wording``."""
        return [getattr(self, name) for name in wording("en")]

    @property
    def choices(self) -> list[gr.Component]:
        """The choices that make a brief."""
        return [self.platform, self.language, self.style, self.tone]


def wording(language: str) -> dict[str, dict[str, Any]]:
    """Return labels, values and choices of every worded control, by name."""
    usual = (say("web.usual", language), AUTO)
    return {
        "header": {"value": _header(language)},
        "interface": {"label": say("web.interface", language)},
        "photo": {"label": say("web.photo", language), "placeholder": say("web.placeholder", language)},
        "examples": {"value": examples_html(language)},
        "platform": {
            "label": say("web.platform", language),
            "choices": [usual, *_names(catalogue.platforms(), language)],
        },
        "language": {"label": say("web.language", language), "choices": _names(catalogue.languages(), language)},
        "style": {"label": say("web.style", language), "choices": _names(catalogue.styles(), language)},
        "tone": {
            "label": say("web.tone", language),
            "choices": [(say(f"web.tones.{tone}", language), tone) for tone in _TONES],
        },
        "again": {"value": say("web.again", language)},
        "again_hint": {"value": f'<p class="eg-quiet">{escape(say("web.again_hint", language))}</p>'},
    }


def place_controls(studio: Studio) -> Controls:
    """Lay out the page inside the current ``gr.Blocks``."""
    interface = interface_language(studio.settings.interface)
    words = wording(interface)
    start = View(photos_go_to=studio.sends_photos_to)
    with gr.Row(elem_id="eg-top"):
        header = gr.HTML(**words["header"], js_on_load=_script("header.js"), elem_id="header")
        tongues = [("中文", "zh"), ("English", "en")]
        switch = gr.Radio(tongues, value=interface, elem_id="interface", show_label=False, **words["interface"])
    with gr.Row(elem_id="eg-main"):
        with gr.Column(scale=5, min_width=320, elem_id="eg-left"):
            photo = gr.Image(format="jpeg", height=300, buttons=[], elem_id="photo", **words["photo"])
            examples = gr.HTML(**words["examples"], js_on_load=_script("examples.js"), elem_id="examples")
            choices = _place_choices(studio, words)
            again = gr.Button(variant="primary", interactive=False, elem_id="again", **words["again"])
            again_hint = gr.HTML(**words["again_hint"], elem_id="again-hint")
        with gr.Column(scale=6, min_width=320, elem_id="eg-right"):
            result = gr.HTML(render(start, interface), js_on_load=_script("copy.js"), elem_id="result")
    view = gr.State(start, time_to_live=_STATE_SECONDS)
    return Controls(header, switch, photo, examples, *choices, again, again_hint, result, view)


def _place_choices(
    studio: Studio, words: dict[str, dict[str, Any]]
) -> tuple[gr.Dropdown, gr.Dropdown, gr.Radio, gr.Radio]:
    settings = studio.settings
    with gr.Group(elem_id="choices"):
        with gr.Row():
            platform = gr.Dropdown(
                value=settings.platform, filterable=False, min_width=140, elem_id="platform", **words["platform"]
            )
            language = gr.Dropdown(
                value=studio.default_language(),
                filterable=False,
                min_width=140,
                elem_id="language",
                **words["language"],
            )
        style = gr.Radio(value=settings.style, elem_id="style", **words["style"])
        tone = gr.Radio(value=AS_READ, elem_id="tone", **words["tone"])
    return platform, language, style, tone


def _names(entries: list[Platform] | list[Language] | list[Style], language: str) -> list[tuple[str, str]]:
    return [(entry.names[language], entry.key) for entry in entries]


def _header(language: str) -> str:
    title, tagline = escape(say("web.title", language)), escape(say("web.tagline", language))
    return f'<h1>{title}</h1><p class="eg-quiet" lang="{language}">{tagline}</p>'


def _script(name: str) -> str:
    return (resources.files("emotigram") / "apps" / "web" / name).read_text("utf-8")
