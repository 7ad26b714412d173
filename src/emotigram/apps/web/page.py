"""The web page: on this computer only, without a share link, telemetry or anything fetched from elsewhere."""

from __future__ import annotations

from importlib import resources
from typing import Any

from emotigram.async_studio import AsyncStudio
from emotigram.errors import ExtraMissing
from emotigram.texts import interface_language, say

try:
    import gradio as gr
except ModuleNotFoundError as error:
    raise ExtraMissing(extra="web", package="gradio") from error

from fastapi import FastAPI

from emotigram.apps.web.controls import Controls, place_controls
from emotigram.apps.web.handlers import Handlers
from emotigram.apps.web.theme import page_theme

_CACHE_CHECK_S, _CACHE_AGE_S = 300, 1800  # previews are deleted when half an hour old


def build_page(studio: AsyncStudio) -> gr.Blocks:
    """Build the page over a studio."""
    interface = interface_language(studio.studio.settings.interface)
    with gr.Blocks(
        title=say("web.title", interface),
        analytics_enabled=False,
        delete_cache=(_CACHE_CHECK_S, _CACHE_AGE_S),
        fill_width=True,
    ) as page:
        _connect(place_controls(studio.studio), Handlers(studio.studio))
    return page


def _connect(page: Controls, handlers: Handlers) -> None:
    interface = page.interface
    shown = [page.photo, page.again, page.view, page.result]
    wishes = [page.view, interface, *page.choices]
    how: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    changes = [choice.input for choice in page.choices]
    # Without preprocessing the file comes as uploaded: Gradio would decode it before our limits are checked.
    before_writing = [
        page.photo.input(handlers.upload, [page.photo, interface], shown, preprocess=False, **how),
        page.examples.click(handlers.example, interface, shown, **how),
        interface.input(handlers.speak, [page.view, interface], [*page.worded, page.result], **how),
    ]
    writing = [
        gr.on(changes, handlers.write, wishes, shown, trigger_mode="always_last", **how),
        page.again.click(handlers.again, wishes, shown, **how),
        *(event.then(handlers.write, wishes, shown, **how) for event in before_writing),
    ]
    # A post still being written would come in between, for another photo or in another language.
    gr.on([page.photo.input, page.examples.click, interface.input], None, cancels=writing, **how)


def mount_page(app: FastAPI, studio: AsyncStudio) -> None:
    """Mount the page at ``/`` of an app; Gradio keeps uploads where GRADIO_TEMP_DIR says, which the caller deletes."""
    settings = studio.studio.settings
    gr.mount_gradio_app(
        app,
        build_page(studio),
        path="/",
        server_name=settings.host,
        server_port=settings.port,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        max_file_size=round(settings.max_upload_mb * 1e6),
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        theme=page_theme(),
        css=(resources.files("emotigram") / "apps" / "web" / "page.css").read_text("utf-8"),
    )
