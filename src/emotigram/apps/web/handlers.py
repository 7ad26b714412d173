"""What every handler of the page shares: what came along is kept, then work is followed and drawn as it goes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from emotigram.apps.web.asked import Asked
from emotigram.apps.web.screen import Screen, Shown
from emotigram.apps.web.session import Session, Shot
from emotigram.apps.web.work import Work, follow
from emotigram.async_studio import AsyncStudio


class Handlers:
    """Event handlers over one studio and one page; each yields what the page shows next."""

    def __init__(self, studio: AsyncStudio, screen: Screen) -> None:
        self.studio = studio
        self.screen = screen

    def heard(self, session: Session, values: tuple[str | None, ...]) -> Asked:
        """What came along with an event; the session keeps it, and forgets what it had to say before."""
        asked = Asked.of(values)
        session.language, session.wish = asked.interface, asked.wish
        session.keep(asked.edit, asked.entry)
        session.notices.clear()
        return asked

    async def followed(self, session: Session, work: Mapping[Shot, Work]) -> AsyncIterator[Shown]:
        """Do work on photos, drawing what changes."""
        async for changed in follow(work):
            shown = self.screen.photos(session)
            if session.chosen in changed:
                shown |= self.screen.chosen(session)
            if any(not shot.is_busy for shot in changed):
                shown |= self.screen.history(session) | self.screen.everywhere(session)
            yield shown


def number_of(value: object) -> int:
    """A number that a button carries, -1 where it is none."""
    digits = str(value)
    return int(digits) if digits.isdecimal() and len(digits) < 10 else -1
