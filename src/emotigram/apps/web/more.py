"""What stands below the post: all platforms at once, the history, looks and the download."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import gradio as gr

from emotigram import catalogue
from emotigram.apps.web.export import to_export, zip_of
from emotigram.apps.web.handlers import Handlers
from emotigram.apps.web.routes import Store
from emotigram.apps.web.screen import Screen, Shown
from emotigram.apps.web.session import MOST_PHOTOS, Everywhere, Notice, Session
from emotigram.apps.web.work import writing_everywhere
from emotigram.async_studio import AsyncStudio


class MoreHandlers(Handlers):
    """The panels that are secondary."""

    def __init__(self, studio: AsyncStudio, screen: Screen, exports: Store) -> None:
        super().__init__(studio, screen)
        self._exports = exports

    async def everywhere(self, event: gr.EventData, session: Session, *values: str | None) -> AsyncIterator[Shown]:
        """Write for every platform, or stop doing so."""
        self.heard(session, values)
        shot = session.chosen
        if event.act == "stop" and session.everywhere:
            session.everywhere.is_done = True
        elif event.act == "start" and shot and shot.reading:
            session.everywhere = Everywhere(shot)
        yield {self.screen.page.session: session, **self.screen.everywhere(session)}
        if event.act == "start":
            async with aclosing(writing_everywhere(self.studio, session)) as steps:
                async for _ in steps:
                    yield self.screen.everywhere(session)
        yield self.screen.everywhere(session) | self.screen.history(session)

    async def restore(self, event: gr.EventData, session: Session, *values: str | None) -> AsyncIterator[Shown]:
        """Show a post of the history again, with its photo."""
        self.heard(session, values)
        entry = next((each for each in session.history if str(each.id) == str(event.value)), None)
        if entry and entry.shot not in session.shots:
            if len(session.shots) < MOST_PHOTOS:
                session.shots.append(entry.shot)
            else:
                session.notices.append(Notice("too_many", {"limit": MOST_PHOTOS, "left": 1}))
                entry = None
        if entry:
            entry.shot.stop()
            session.chosen, entry.shot.entry, entry.shot.wish, entry.shot.error = entry.shot, entry, entry.wish, None
        yield self.screen.everything(session)

    async def export(self, event: gr.EventData, session: Session, *values: str | None) -> AsyncIterator[Shown]:
        """Show the photo in another look, or make the zip file."""
        self.heard(session, values)
        shot, url = session.chosen, ""
        if event.act == "look" and shot and shot.picture and event.value in catalogue.keys("looks"):
            shot.look = look = str(event.value)
            drawn = await asyncio.to_thread(shot.picture.drawn_in, look)
            if shot.look == look:  # else another was chosen meanwhile
                shot.picture.shown, shot.picture.small = drawn
        elif event.act == "make" and (exported := to_export(session)):
            data = await asyncio.to_thread(zip_of, exported, session.language)
            url = f"./export/{self._exports.put(data)}.zip"
        shown = self.screen.photos(session) | self.screen.export(shot, session.language, url)
        if shot and event.act == "look":
            shown |= self.screen.counted(shot, shot.edit, session.language)
        yield shown
