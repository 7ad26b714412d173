"""The web page: on this computer only, without a share link, telemetry or anything fetched from elsewhere."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Callable
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
from starlette.routing import Mount

from emotigram import catalogue
from emotigram.apps.web.backlog import MOST_WAITING, Backlog
from emotigram.apps.web.controls import Controls, place_controls
from emotigram.apps.web.faults import reported, silence_gradio
from emotigram.apps.web.more import MoreHandlers
from emotigram.apps.web.page_events import PageEvents
from emotigram.apps.web.page_guard import PageGuard
from emotigram.apps.web.photos import PhotoHandlers
from emotigram.apps.web.posts import PostHandlers
from emotigram.apps.web.routes import Store, add_routes, export_store, upload_store
from emotigram.apps.web.screen import Screen, Shown
from emotigram.apps.web.theme import page_theme
from emotigram.apps.web.visitors import Visitors

_AT_ONCE = 64  # events of one kind; they wait for engines and providers, and do not compute
_STYLES = ("page", "photo", "post", "tools", "phone")


def build_page(studio: AsyncStudio, uploads: Store, exports: Store) -> gr.Blocks:
    """Build the page over a studio; photos come in by ``uploads``, zip files leave by ``exports``."""
    interface = interface_language(studio.studio.settings.interface)
    with gr.Blocks(title=say("web.title", interface), analytics_enabled=False, fill_width=True) as page:
        controls = place_controls(studio.studio)
        screen = Screen(controls, studio.studio)
        drawn = screen.everything(controls.session.value)
        for part, value in drawn.items():
            if isinstance(value, str):
                part.value = value
        visitors = Visitors(controls.session)
        _connect_photos(controls, PhotoHandlers(studio, screen, uploads, visitors.admits))
        _connect_posts(controls, PostHandlers(studio, screen))
        _connect_more(controls, MoreHandlers(studio, screen, exports))
        _stop_when_left(page, controls.session)
    page.queue(default_concurrency_limit=_AT_ONCE, max_size=MOST_WAITING, api_open=False)
    visitors.set_blocks(page)
    return page


def _stop_when_left(page: gr.Blocks, session: gr.State) -> None:
    async def left(request: gr.Request) -> None:
        kept = page.state_holder.session_data.get(request.session_hash)
        visitor = kept.state_data.get(session._id) if kept else None
        if visitor is not None:
            visitor.stop()

    page.unload(left)


def _connect_photos(page: Controls, on: PhotoHandlers) -> None:
    _on(page, [page["photo"].upload], on.add)
    _on(page, [page["photo"].click, page["strip"].click], on.press)
    _on(page, [page["words"].submit, page["words"].blur], on.reword)
    _on(page, [page["status"].click], on.retry)


def _connect_posts(page: Controls, on: PostHandlers) -> None:
    _on(page, [page[name].input for name in ("platform", "language", "style", "tone")], on.write)
    _on(page, [page["again"].click], on.again)
    for revision in catalogue.revisions():
        _on(page, [page[revision.key].click], on.reviser(revision.key))
    _on(page, [page["head"].input], on.edit, trigger_mode="always_last")
    _on(page, [page["compare"].click], on.pick)
    _on(page, [page["interface"].input], on.speak)


def _connect_more(page: Controls, on: MoreHandlers) -> None:
    _on(page, [page["everywhere"].click], on.everywhere)
    _on(page, [page["history"].click], on.restore)
    _on(page, [page["export"].click], on.export)


def _on(page: Controls, triggers: list[Any], handler: Any, trigger_mode: str = "multiple") -> None:
    """Events may overlap: what works on a photo is ended by the session as soon as something else is asked of it."""
    gr.on(
        triggers,
        reported(_settled(page, handler) if inspect.isasyncgenfunction(handler) else handler),
        page.asked,
        page.shown,
        show_progress="hidden",
        api_visibility="private",
        trigger_mode=trigger_mode,
    )


def _settled(page: Controls, handler: Callable[..., AsyncIterator[Shown]]) -> Callable[..., AsyncIterator[Shown]]:
    """End with a step that changes nothing: Gradio sends the last one twice, over what was typed in between."""

    @functools.wraps(handler)
    async def settled(*arguments: Any) -> AsyncIterator[Shown]:
        async for shown in handler(*arguments):
            yield shown
        yield {page.session: gr.skip()}

    return settled


def mount_page(app: FastAPI, studio: AsyncStudio) -> None:
    """Mount the page at ``/`` of an app, with its routes beside it; nothing that a visitor brings is put on disk."""
    settings = studio.studio.settings
    uploads, exports = upload_store(settings.max_upload_mb), export_store()
    add_routes(app, uploads, exports)
    folder = resources.files("emotigram") / "apps" / "web" / "styles"
    page = build_page(studio, uploads, exports)
    visitors: Visitors = page.state_holder
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        server_name=settings.host,
        server_port=settings.port,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        show_error=False,  # errors quote what was sent; ours come in words of their own
        max_file_size=1,  # photos come in by our own route: nobody needs Gradio's, which writes files
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        theme=page_theme(),
        css="\n".join((folder / f"{name}.css").read_text("utf-8") for name in _STYLES),
    )
    page.has_launched = True  # mounting leaves it unset, and Gradio checks no path of a file then
    _guard(app, page, visitors)


def _guard(app: FastAPI, page: gr.Blocks, visitors: Visitors) -> None:
    mount = app.routes[-1]
    if not isinstance(mount, Mount):  # then Gradio would be open to everybody
        raise TypeError(type(mount))
    gradio: Any = mount.app
    gradio.state_holder = visitors
    visitors.set_blocks(page)
    silence_gradio()
    mount.app = PageGuard(gradio, PageEvents(page.fns), visitors, Backlog(page._queue, visitors.holds))
