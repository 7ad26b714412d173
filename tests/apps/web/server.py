"""The page on a free loopback port, served from this process."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

from fastapi import FastAPI

from emotigram.apps.api.app import build_api
from emotigram.apps.serve import Server
from emotigram.apps.web.page import mount_page
from emotigram.async_studio import AsyncStudio
from emotigram.studio import Studio


@contextmanager
def page_of(studio: Studio) -> Iterator[str]:
    """Serve the page of a studio from this process and give its address."""
    ready, listener = threading.Event(), socket.create_server(("127.0.0.1", 0))

    async def laid_out(engine: AsyncStudio) -> FastAPI:
        app = build_api(engine)
        mount_page(app, engine)
        return app

    def serve() -> None:
        with closing(AsyncStudio(studio)) as engine:
            servers.append(Server(asyncio.run(laid_out(engine)), studio.settings, ready.set))
            servers[0].run([listener])

    servers: list[Server] = []
    thread = threading.Thread(target=serve)
    thread.start()
    with listener:
        assert ready.wait(60)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        servers[0].should_exit = True
        thread.join()
