"""Posts are written, rewritten, edited and chosen among."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import gradio as gr

from emotigram.apps.web.choices import AUTO
from emotigram.apps.web.handlers import Handlers, number_of
from emotigram.apps.web.screen import Shown
from emotigram.apps.web.session import Session, Shot
from emotigram.apps.web.work import writing
from emotigram.domain import Wishes

_REMEMBERED = 5  # earlier posts of a photo that another one should differ from


class PostHandlers(Handlers):
    """Everything about the one post in the fields."""

    async def write(self, session: Session, *values: str | None) -> AsyncIterator[Shown]:
        """Write anew where a choice changed; a photo still being read will follow the choice by itself."""
        before = session.wish
        asked, shot = self.heard(session, values), session.chosen
        if shot and asked.wish in (shot.wish, before):  # a list that was merely left says that it was chosen from
            yield {self.screen.page.session: session}
            return
        async for shown in self._written(session, Wishes()):
            yield shown

    async def again(self, session: Session, *values: str | None) -> AsyncIterator[Shown]:
        """Write another post from the same reading."""
        self.heard(session, values)
        async for shown in self._written(session, Wishes(past_posts=_past_posts(session)), is_new=True):
            yield shown

    def reviser(self, key: str) -> Callable[..., AsyncIterator[Shown]]:
        """The handler that revises the post as it was edited."""

        async def revise(session: Session, *values: str | None) -> AsyncIterator[Shown]:
            asked = self.heard(session, values)
            async for shown in self._written(session, Wishes(revision=key, previous=asked.text), is_new=True):
                yield shown

        return revise

    async def edit(self, session: Session, *values: str | None) -> Shown:
        """Count and preview what was typed."""
        asked, shot = self.heard(session, values), session.chosen
        shown: Shown = {self.screen.page.session: session}
        if shot and shot.entry and asked.entry == str(shot.entry.id):  # else the page is about to show another post
            shown |= self.screen.counted(shot, asked.edit, session.language)
        return shown

    async def pick(self, event: gr.EventData, session: Session, *values: str | None) -> AsyncIterator[Shown]:
        """Take another candidate."""
        self.heard(session, values)
        shot = session.chosen
        if shot and shot.entry and not shot.is_busy and event.act == "pick":
            _take(session, shot, number_of(event.value))
        yield self.screen.photos(session) | self.screen.chosen(session) | self.screen.history(session)

    async def speak(self, session: Session, *values: str | None) -> AsyncIterator[Shown]:
        """Put the page into another language; a post that nobody edited follows where the settings say so."""
        self.heard(session, values)
        shown = self.screen.words(session.language)
        follows = self.studio.studio.settings.language == AUTO
        drawn = self.screen.everything(session)
        if follows:
            session.wish = session.wish._replace(language=session.language)
            language = self.screen.page["language"]
            drawn.pop(language, None)
            shown[language]["value"] = session.language
        yield {**drawn, **shown}
        shot = session.chosen
        if follows and shot and not (shot.entry and shot.entry.is_edited):
            async for later in self._written(session, Wishes()):
                yield later

    async def _written(self, session: Session, wishes: Wishes, is_new: bool = False) -> AsyncIterator[Shown]:
        shot = session.chosen
        if shot is None or shot.reading is None:
            yield {self.screen.page.session: session}
            return
        shot.seed += is_new
        work = {shot: writing(self.studio, session, shot, **wishes)}
        async for shown in self.followed(session, work):
            yield shown


def _past_posts(session: Session) -> tuple[str, ...]:
    texts = [
        entry.edit.text
        for entry in session.history
        if entry.shot is session.chosen and entry.post.language == session.wish.language
    ]
    return tuple(texts[:_REMEMBERED])


def _take(session: Session, shot: Shot, number: int) -> None:
    """Show a candidate as a post of its own, so that what was edited stays in the history."""
    if shot.entry is None or not 0 <= number < len(shot.entry.post.candidates):
        return
    post, candidate = shot.entry.post, shot.entry.post.candidates[number]
    taken = replace(
        post,
        title=candidate.title,
        text=candidate.text,
        hashtags=candidate.hashtags,
        alt_text=candidate.alt_text,
        full_text=candidate.full_text,
        checks=candidate.checks,
    )
    known = (entry for entry in session.history if entry.shot is shot and entry.post == taken and not entry.is_edited)
    shot.entry = next(known, None) or session.record(shot, taken, shot.entry.wish)
