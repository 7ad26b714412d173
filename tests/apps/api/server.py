"""The real API on a free loopback port, and a captioner that reads when it is told to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

import httpx2

from emotigram import open_studio
from emotigram.apps.api.app import build_api
from emotigram.apps.serve import Server
from emotigram.assembly import load_engine
from emotigram.async_studio import AsyncStudio
from emotigram.domain import Captions, Photo
from emotigram.errors import OutOfMemory
from emotigram.ports import Captioner
from emotigram.settings import Settings, load_settings
from emotigram.studio import Studio

PATIENCE_S = 60  # a busy machine is slow, not wrong


@contextmanager
def serving(studio: Studio) -> Iterator[str]:
    """Serve a studio and give the address."""
    ready, listener = threading.Event(), socket.create_server(("127.0.0.1", 0), backlog=512)
    with listener, closing(AsyncStudio(studio)) as engine:
        server = Server(build_api(engine), studio.settings, ready.set)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            assert ready.wait(PATIENCE_S)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def api(
    studio: Studio | None = None, key: str = "", language: str = "en", **settings: object
) -> Iterator[httpx2.Client]:
    """A client of a server with the embedded engines and settings of its own."""
    chosen = studio or open_studio(**{"writer": "embedded", "interface": "en", **settings})
    headers = {"Accept-Language": "en", **({"Authorization": f"Bearer {key}"} if key else {})}
    with serving(chosen) as url, httpx2.Client(base_url=url, headers=headers, timeout=PATIENCE_S) as client:
        yield client


class GatedCaptioner(Captioner):
    """Reads as the embedded engine does, once its gate is open.

    ``seen`` are the hashes of the photos it began with, ``refuses`` those of photos it cannot read.
    """

    name = "gated"

    def __init__(self, settings: Settings) -> None:
        self._captioner = load_engine("captioner", "embedded", settings)
        self.gate, self.entered = threading.Event(), threading.Event()
        self.seen: list[str] = []
        self.refuses: set[str] = set()

    def read(self, photos: Sequence[Photo]) -> list[Captions]:
        self.seen += [photo.sha256 for photo in photos]
        self.entered.set()
        assert self.gate.wait(PATIENCE_S)
        if self.refuses & {photo.sha256 for photo in photos}:
            raise OutOfMemory(engine=self.name, device="cpu")
        captions: list[Captions] = self._captioner.read(photos)
        return captions


def gated(**values: object) -> tuple[GatedCaptioner, Studio]:
    """A studio whose captioner waits for its gate."""
    settings = load_settings(writer="embedded", interface="en", **values)
    captioner = GatedCaptioner(settings)
    engines = [load_engine(role, "embedded", settings) for role in ("sentiment", "writer")]
    return captioner, Studio(settings, captioner, *engines)
