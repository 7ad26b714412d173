"""What stands on the page; the wording is in ``wording.py``, what events put out in ``screen.py``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import gradio as gr

from emotigram import catalogue
from emotigram.apps.web.asked import Asked
from emotigram.apps.web.choices import AS_READ
from emotigram.apps.web.session import Session
from emotigram.apps.web.wording import wording
from emotigram.studio import Studio
from emotigram.texts import interface_language

PANELS = ("preview", "compare", "everywhere", "history", "export")
FIELDS = ("title", "text", "hashtags", "alt_text")
_STATE_SECONDS = 6 * 3600  # a visitor's photos and posts are forgotten this long after the last change
_LINES = {"text": (4, 18), "alt_text": (2, 6)}


@dataclass(frozen=True)
class Controls:
    """Everything on the page that events read or change, by name; ``feet`` stand below the fields."""

    parts: Mapping[str, Any]
    session: gr.State

    def __getitem__(self, name: str) -> Any:
        return self.parts[name]

    @property
    def asked(self) -> list[Any]:
        """What is sent along with every event."""
        return [self.session, *(self[name] for name in Asked._fields)]

    @property
    def shown(self) -> list[Any]:
        """What events may change."""
        return [self.session, *self.parts.values()]


def place_controls(studio: Studio) -> Controls:
    """Lay out the page inside the current ``gr.Blocks``."""
    language = interface_language(studio.settings.interface)
    words = wording(language)
    parts: dict[str, Any] = {}
    with gr.Row(elem_id="eg-top"):
        parts["header"] = _html("header", ("header", "copy"), words)
        tongues = [("中文", "zh"), ("English", "en")]
        parts["interface"] = gr.Radio(
            tongues, value=language, elem_id="interface", show_label=False, **words["interface"]
        )
    with gr.Row(elem_id="eg-main"):
        with gr.Column(scale=5, min_width=300, elem_id="eg-left"):
            parts["photo"] = _html("photo", ("photo", "camera", "press"), words)
            parts["strip"] = _html("strip", ("press",), words)
            parts["words"] = gr.Textbox(lines=1, max_lines=4, max_length=500, elem_id="words", **words["words"])
            parts["reading"] = _html("reading", (), words)
        with gr.Column(scale=8, min_width=320, elem_id="eg-right"):
            parts |= _place_choices(studio, words)
            parts["status"] = _html("status", ("press", "live"), words)
            parts |= _place_post(words)
            parts |= _place_tools(words)
    return Controls(parts, gr.State(Session(language), time_to_live=_STATE_SECONDS, delete_callback=Session.stop))


def _place_choices(studio: Studio, words: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    settings = studio.settings
    values = {
        "platform": settings.platform,
        "language": studio.default_language(),
        "style": settings.style,
        "tone": AS_READ,
    }
    with gr.Row(elem_id="choices"):
        return {
            name: gr.Dropdown(value=value, filterable=False, min_width=120, elem_id=name, **words[name])
            for name, value in values.items()
        }


def _place_post(words: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    with gr.Column(elem_id="post", min_width=280):
        parts["head"] = _html("head", ("typing",), words)
        for name in FIELDS:
            with gr.Column(elem_id=f"field-{name}", elem_classes="eg-field", min_width=200):
                lines, most = _LINES.get(name, (1, 4))
                parts[name] = gr.Textbox(
                    lines=lines, max_lines=most, elem_id=f"post-{name}", interactive=True, **words[name]
                )
                parts[f"foot_{name}"] = _html(f"foot_{name}", (), words)
        parts["entry"] = gr.Textbox(visible="hidden", elem_id="entry")
        parts["notes"] = _html("notes", (), words)
        with gr.Row(elem_id="again-row"):
            parts["again"] = gr.Button(elem_id="again", interactive=False, size="sm", min_width=90, **words["again"])
            for revision in catalogue.revisions():
                parts[revision.key] = gr.Button(
                    elem_classes="eg-revise", interactive=False, size="sm", min_width=90, **words[revision.key]
                )
    return parts


def _place_tools(words: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    with gr.Column(elem_id="tools", min_width=280):
        parts = {"tabs": _html("tabs", ("tabs",), words)}
        for name in PANELS:
            scripts = ("press", "download") if name == "export" else ("press",)
            parts[name] = _html(name, scripts, words, "eg-tool")
    return parts


def _html(
    name: str, scripts: tuple[str, ...], words: Mapping[str, Mapping[str, Any]], kind: str | None = None
) -> gr.HTML:
    """An empty part of the page, or one with a fixed wording; every script runs in a scope of its own."""
    source = "\n".join(f"{{ {_file('scripts', f'{script}.js')} }}" for script in scripts)
    return gr.HTML(js_on_load=source or None, elem_id=name, elem_classes=kind, **words.get(name, {}))


def _file(folder: str, name: str) -> str:
    return (resources.files("emotigram") / "apps" / "web" / folder / name).read_text("utf-8")
