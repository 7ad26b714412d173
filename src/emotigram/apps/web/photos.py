"""Photos come, are looked at one or the other, and go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import gradio as gr

from emotigram.apps.file_names import plain_name
from emotigram.apps.web.examples import example_photos
from emotigram.apps.web.handlers import Handlers, number_of
from emotigram.apps.web.routes import Store
from emotigram.apps.web.screen import Screen, Shown
from emotigram.apps.web.session import MOST_PHOTOS, Notice, Session
from emotigram.apps.web.work import reading_and_writing, writing
from emotigram.async_studio import AsyncStudio


class PhotoHandlers(Handlers):
    """Upload, example, thumbnails, and the visitor's own words."""

    def __init__(
        self,
        studio: AsyncStudio,
        screen: Screen,
        uploads: Store,
        admits: Callable[[Session, int], bool] = lambda _, __: True,
    ) -> None:
        super().__init__(studio, screen)
        self._uploads, self._admits = uploads, admits

    async def add(self, event: gr.EventData, session: Session, *values: str | None) -> AsyncIterator[Shown]:
        """Read what was uploaded, and write of it; ``event.photos`` are dicts of token and name."""
        sent = [(plain_name(str(each["name"])), self._uploads.take(str(each["token"]))) for each in list(event.photos)]
        async for shown in self._added(session, sent, values):
            yield shown

    async def press(self, event: gr.EventData, session: Session, *values: str | None) -> AsyncIterator[Shown]:
        """An example photograph was clicked, a thumbnail, or the cross of one."""
        if event.act == "example":
            named = [path for at, path in enumerate(example_photos()) if at == number_of(event.value)]
            read = [(path.name, await asyncio.to_thread(path.read_bytes)) for path in named]
            async for shown in self._added(session, read, values):
                yield shown
            return
        self.heard(session, values)
        shot = session.shot(str(event.value))
        if shot and event.act == "choose":
            session.chosen = shot
        elif shot and event.act == "remove":
            session.remove(shot)
        yield self.screen.everything(session)

    async def reword(self, session: Session, *values: str | None) -> AsyncIterator[Shown]:
        """The visitor's own words changed: the photo is judged anew with them."""
        asked = self.heard(session, values)
        shot = session.chosen
        if shot is None or shot.picture is None or shot.words == asked.words:
            yield {self.screen.page.session: session}
            return
        shot.words = asked.words
        work = reading_and_writing(self.studio, session, shot, shot.picture.jpeg)
        async for shown in self.followed(session, {shot: work}):
            yield shown

    async def retry(self, session: Session, *values: str | None) -> AsyncIterator[Shown]:
        """Do again what failed: reading and writing, or writing alone."""
        self.heard(session, values)
        shot = session.chosen
        if shot is None or shot.picture is None or shot.is_busy:
            yield {self.screen.page.session: session}
            return
        if shot.reading:
            steps = writing(self.studio, session, shot)
        else:
            steps = reading_and_writing(self.studio, session, shot, shot.picture.jpeg)
        async for shown in self.followed(session, {shot: steps}):
            yield shown

    async def _added(
        self, session: Session, sent: Sequence[tuple[str, bytes | None]], values: tuple[str | None, ...]
    ) -> AsyncIterator[Shown]:
        is_first = session.chosen is None
        asked = self.heard(session, values)
        words = asked.words if is_first else ""  # those in the field are another photo's
        room = max(0, MOST_PHOTOS - len(session.shots))
        if len(sent) > room:
            session.notices.append(Notice("too_many", {"limit": MOST_PHOTOS, "left": len(sent) - room}))
        work: dict[Any, Any] = {}
        for name, data in sent[:room]:
            if data is None:
                limit = self.studio.studio.settings.max_upload_mb
                session.notices.append(Notice("not_uploaded", {"name": name, "limit_mb": f"{limit:g}"}))
                continue
            if not self._admits(session, len(data)):
                session.notices.append(Notice("full", {"name": name}))
                continue
            shot = session.add(name, words, len(data))
            work[shot] = reading_and_writing(self.studio, session, shot, data)
        session.chosen = next(iter(work), session.chosen)
        yield self.screen.everything(session)
        async for shown in self.followed(session, work):
            yield shown
