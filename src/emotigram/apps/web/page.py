"""The web page: on this computer only, without a share link, telemetry or anything fetched from elsewhere."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

from emotigram.assembly import open_studio
from emotigram.errors import ExtraMissing, SettingsError
from emotigram.settings import Settings
from emotigram.studio import Studio
from emotigram.texts import interface_language, say

try:
    import gradio as gr
except ModuleNotFoundError as error:
    raise ExtraMissing(extra="web", package="gradio") from error

from emotigram.apps.web.controls import Controls, place_controls
from emotigram.apps.web.handlers import Handlers
from emotigram.apps.web.theme import page_theme

_LARGEST_UPLOAD = "50mb"
_CACHE_CHECK_S, _CACHE_AGE_S = 300, 1800  # previews are deleted when half an hour old


def serve(settings: Settings, host: str = "127.0.0.1", port: int = 7860, open_browser: bool = True) -> None:
    """Show the page until interrupted; raises EmotiGramError where an engine or the port cannot be used."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the photos are deleted then, too
    with running_page(settings, host, port, open_browser) as url:
        print(say("web.running", interface_language(settings.interface), url=url), flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print()


@contextmanager
def running_page(
    settings: Settings, host: str = "127.0.0.1", port: int = 7860, open_browser: bool = False
) -> Iterator[str]:
    """Serve the page in the background and give its address; on leaving, stop it and delete what was uploaded."""
    studio = open_studio(settings)
    with tempfile.TemporaryDirectory(prefix="emotigram-", ignore_cleanup_errors=True) as uploads, _gradio_at(uploads):
        page = build_page(studio)
        try:
            _launch(page, host, port, open_browser)
            yield page.local_url
        finally:
            page.close(verbose=False)


def build_page(source: Studio | Settings) -> gr.Blocks:
    """Build the page over a studio, or over one opened from settings."""
    studio = source if isinstance(source, Studio) else open_studio(source)
    interface = interface_language(studio.settings.interface)
    with gr.Blocks(
        title=say("web.title", interface),
        analytics_enabled=False,
        delete_cache=(_CACHE_CHECK_S, _CACHE_AGE_S),
        fill_width=True,
    ) as page:
        _connect(place_controls(studio), Handlers(studio))
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


def _launch(page: gr.Blocks, host: str, port: int, open_browser: bool) -> None:
    try:
        page.launch(
            server_name=host,
            server_port=port,
            inbrowser=open_browser,
            share=False,
            prevent_thread_lock=True,
            quiet=True,
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            max_file_size=_LARGEST_UPLOAD,
            ssr_mode=False,
            pwa=False,
            mcp_server=False,
            theme=page_theme(),
            css=(resources.files("emotigram") / "apps" / "web" / "page.css").read_text("utf-8"),
        )
    except OSError as error:  # what Gradio raises where the port is taken
        detail = say("web.port_taken", interface_language(), host=host, port=port)
        raise SettingsError(detail=detail) from error


@contextmanager
def _gradio_at(folder: str) -> Iterator[None]:
    """Keep Gradio's files in a folder of our own, and Gradio quiet; it takes both from the environment alone."""
    ours = {"GRADIO_TEMP_DIR": str(Path(folder).resolve()), "GRADIO_ANALYTICS_ENABLED": "False"}
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
