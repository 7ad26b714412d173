"""What the page remembers of one visitor: photos, what was read from them, and the posts written."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Literal, NamedTuple

from emotigram.apps.web.choices import AS_READ, AUTO, Edit, Wish, edit_of
from emotigram.apps.web.pictures import NATURAL, Picture
from emotigram.domain import Captions, Post, Reading
from emotigram.errors import EmotiGramError

Stage = Literal["opening", "looking", "feeling", "writing", "done"]
STEPS: tuple[Stage, ...] = ("opening", "looking", "feeling", "writing")
MOST_PHOTOS, MOST_ENTRIES = 9, 40
_UNASKED = Wish(AUTO, "en", "plain", AS_READ)


class Notice(NamedTuple):
    """A sentence of the page's own, by its key below ``web``, and what fills it."""

    key: str
    values: dict[str, object]


@dataclass(eq=False)
class Entry:
    """One post that was written, as it was edited since."""

    id: int
    shot: Shot
    post: Post
    edit: Edit
    wish: Wish

    @property
    def is_edited(self) -> bool:
        """Whether the visitor changed it."""
        return self.edit != edit_of(self.post)


@dataclass(eq=False)
class Shot:
    """One photo of a visitor, and how far it has come; ``seed`` counts the posts asked for anew.

    ``size`` are the bytes that were sent,
    ``growing`` is a post still being written, ``entry`` the last one that was; ``task`` is what works on it now.
    """

    id: int
    name: str
    words: str = ""
    size: int = 0
    stage: Stage = "opening"
    picture: Picture | None = None
    captions: Captions | None = None
    reading: Reading | None = None
    growing: Post | None = None
    entry: Entry | None = None
    wish: Wish | None = None
    error: EmotiGramError | None = None
    seed: int = 0
    look: str = NATURAL
    task: asyncio.Task[None] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether more will come without a click."""
        return self.stage != "done"

    @property
    def kept_bytes(self) -> int:
        """What it takes of memory: its picture, or what was sent for as long as that is being opened."""
        return self.picture.kept_bytes if self.picture else self.size * self.is_busy

    @property
    def post(self) -> Post | None:
        """The post that the fields show: the one being written, else the last."""
        return self.growing or (self.entry.post if self.entry else None)

    @property
    def edit(self) -> Edit:
        """What the fields show of it."""
        return edit_of(self.growing) if self.growing else self.entry.edit if self.entry else Edit()

    def stop(self) -> None:
        """End what works on it."""
        if self.task is not None:
            self.task.cancel()
        self.settle()

    def settle(self) -> None:
        """Nothing works on it any more."""
        self.task, self.stage, self.growing = None, "done", None


@dataclass(eq=False)
class Session:
    """One visitor; changed in place by the page's handlers, which run in one event loop.

    ``language`` is that of the page, ``wish`` what the choices say, and ``photo_on_page`` which photo is drawn there;
    ``has_begun`` once there was a photo.
    """

    language: str = "en"
    wish: Wish = _UNASKED
    shots: list[Shot] = field(default_factory=list)
    chosen: Shot | None = None
    history: list[Entry] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    photo_on_page: object = None
    has_begun: bool = False
    everywhere: Everywhere | None = None
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def holds_something(self) -> bool:
        """Whether anything would be lost with it."""
        return bool(self.shots or self.history)

    @property
    def kept_bytes(self) -> int:
        """What its photos take of memory, those of the history among them."""
        return sum(shot.kept_bytes for shot in {*self.shots, *self._removed()})

    def add(self, name: str, words: str, size: int = 0) -> Shot:
        """A new photo, chosen from now on; of photos that were removed, the history keeps the last few alone."""
        self.has_begun = True
        self.chosen = Shot(next(self.numbers), name, words, size)
        self.shots.append(self.chosen)
        forgotten = self._removed()[MOST_PHOTOS:]
        self.history = [entry for entry in self.history if entry.shot not in forgotten]
        return self.chosen

    def remove(self, shot: Shot) -> None:
        """Forget a photo; its posts stay in the history."""
        shot.stop()
        at = self.shots.index(shot)
        self.shots.remove(shot)
        if self.chosen is shot:
            self.chosen = self.shots[min(at, len(self.shots) - 1)] if self.shots else None

    def shot(self, number: str) -> Shot | None:
        """A photo by the number that the page shows."""
        return next((shot for shot in self.shots if str(shot.id) == number), None)

    def record(self, shot: Shot, post: Post, wish: Wish) -> Entry:
        """Put a finished post on top of the history."""
        entry = Entry(next(self.numbers), shot, post, edit_of(post), wish)
        self.history.insert(0, entry)
        if len(self.history) > MOST_ENTRIES:
            unused = (each for each in self.history[:0:-1] if not each.is_edited and each is not each.shot.entry)
            self.history.remove(next(unused, self.history[-1]))  # the oldest that nobody touched or looks at
        return entry

    def keep(self, edit: Edit, entry: str) -> None:
        """Keep what stands in the fields of the entry with that number, where it is the chosen photo's still."""
        if self.chosen and self.chosen.entry and not self.chosen.is_busy and entry == str(self.chosen.entry.id):
            self.chosen.entry.edit = edit

    def _removed(self) -> list[Shot]:
        """Photos that the history alone still has, the last first."""
        return [*dict.fromkeys(entry.shot for entry in self.history if entry.shot not in self.shots)]

    def stop(self) -> None:
        """End all that works for this visitor."""
        for shot in self.shots:
            shot.stop()
        self.everywhere = None


@dataclass(eq=False)
class Everywhere:
    """Posts for every platform, from one reading, as they come; ``is_done`` once no more will."""

    shot: Shot
    posts: dict[str, Post] = field(default_factory=dict)
    errors: dict[str, EmotiGramError] = field(default_factory=dict)
    is_done: bool = False
