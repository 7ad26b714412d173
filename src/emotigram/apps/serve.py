"""Web page and REST API in one process, on this computer unless told otherwise."""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from PIL import Image

from emotigram.apps.extras import extra_needed

with extra_needed("web"):
    import uvicorn
    from fastapi import FastAPI

from emotigram.apps.allocator import return_large_blocks
from emotigram.apps.api.app import build_api
from emotigram.apps.api.state import ApiState
from emotigram.apps.http.addresses import LOOPBACK
from emotigram.apps.http.connections import Connections
from emotigram.apps.http.forwarded import ProxyHeaders
from emotigram.apps.http.logs import start_logging
from emotigram.apps.http.page_end import PageEnd
from emotigram.apps.http.protocol import GuardedProtocol
from emotigram.apps.own_folder import own_folder
from emotigram.assembly import open_studio
from emotigram.async_studio import AsyncStudio
from emotigram.domain import Photo
from emotigram.errors import SettingsError
from emotigram.imaging.photos import decoders, start_decoding
from emotigram.settings import Settings
from emotigram.studio import Studio
from emotigram.texts import INTERFACE_LANGUAGES, interface_language, say

_LAST_RESORT_S = 4  # after shutdown_s: whoever stops the server waits 5 (docs/deploy.md)
_LAST_WORDS_S = 2  # in which the API tells those still waiting that it ends


def serve(settings: Settings, *, page: bool = True, open_browser: bool = False) -> None:
    """Serve until interrupted; running requests are finished then. Raises EmotiGramError where it cannot begin."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn raises it again: so that photos are deleted then
    return_large_blocks()
    start_logging(settings.log_format)
    start_decoding(decoders().places)  # beside the engines
    with (
        _listen(settings) as listener,
        contextlib.closing(AsyncStudio(open_studio(settings.model_copy(update={"remember_lines": False})))) as studio,
        own_folder() as folder,
        contextlib.suppress(KeyboardInterrupt),
    ):
        app = build_api(studio)
        _warm_up(studio.studio)
        if page:
            _add_page(app, studio, folder)
        url = f"http://{_shown_host(settings.host)}:{listener.getsockname()[1]}/"
        server = Server(app, settings, lambda: _announce(url, app, page=page, open_browser=open_browser))
        server.when_ending = partial(_end_at_last, settings.shutdown_s + _LAST_RESORT_S, folder)
        server.run([listener])


def _warm_up(studio: Studio) -> None:
    """Read and write once with the embedded engines, so that many first callers do not all load the same tables."""
    if set(studio.engines.values()) != {"embedded"}:  # others are slow, or cost money
        return
    reading = studio.read(Photo(Image.new("RGB", (64, 64)), "", ""))
    for language in {studio.default_language(), *INTERFACE_LANGUAGES} & {*studio.languages_written}:
        studio.write(reading, language=language)


def _add_page(app: FastAPI, studio: AsyncStudio, folder: Path) -> None:
    # Gradio takes both from the environment alone, some of it while it loads.
    os.environ.update(GRADIO_TEMP_DIR=str(folder), GRADIO_ANALYTICS_ENABLED="False")
    os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"  # else each event sums up the last 10,000, for nobody to see
    from emotigram.apps.web.page import mount_page  # noqa: PLC0415  # takes seconds to load

    mount_page(app, studio)
    app.add_middleware(PageEnd, ending=app.state.api.ending)


class Server(uvicorn.Server):
    """Says when it has begun to answer, and tells the API when it is asked to end."""

    def __init__(self, app: FastAPI, settings: Settings, when_ready: Callable[[], None]) -> None:
        self._places = Connections(settings)
        protocol: Any = partial(GuardedProtocol, settings=settings, places=self._places)
        asgi: Any = app  # uvicorn has types of its own for the same
        config = uvicorn.Config(
            ProxyHeaders(asgi, [*LOOPBACK, *map(str, settings.proxies)]),
            http=protocol,  # not what uvicorn finds installed: parsers differ in what they let through
            ws="none",
            proxy_headers=False,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=math.ceil(settings.shutdown_s) + _LAST_WORDS_S,
        )
        super().__init__(config)
        self.when_ending: Callable[[], None] = lambda: None
        self._ending = app.state.api.ending
        self._when_ready = when_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self._when_ready()

    async def on_tick(self, counter: int) -> bool:
        """Look after time limits, ten times a second."""
        self._places.sweep()
        return await super().on_tick(counter)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end, at a signal; the time it may take counts from here, however busy the event loop is."""
        self.when_ending()
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take nothing new, and finish what was begun."""
        self._ending.begin()
        await super().shutdown(sockets)


def _end_at_last(seconds: float, folder: Path) -> None:
    """End the process after so long: Python itself waits for every thread, also for one that nothing can stop."""

    def end() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        decoders().close()
        os._exit(0)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()


def _announce(url: str, app: FastAPI, *, page: bool, open_browser: bool) -> None:
    state: ApiState = app.state.api
    language = interface_language(state.settings.interface)
    print(say("web.running" if page else "api.running", language, url=url), flush=True)
    if state.doorkeeper.asks_for_keys:
        print(say("api.key_note", language), flush=True)
    if page and open_browser:
        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # asyncio sets no TCP_NODELAY without
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        language = interface_language(settings.interface)
        detail = say("web.port_taken", language, host=settings.host, port=settings.port)
        raise SettingsError(detail=detail) from error
    return listener


def _shown_host(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
