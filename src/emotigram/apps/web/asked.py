"""What the page sends along with every event."""

from __future__ import annotations

from typing import NamedTuple

from emotigram.apps.web.choices import Edit, Wish


class Asked(NamedTuple):
    """By control: the interface language, the choices, the fields, and the number of the entry they show."""

    interface: str
    platform: str
    language: str
    style: str
    tone: str
    words: str
    title: str
    text: str
    hashtags: str
    alt_text: str
    entry: str

    @classmethod
    def of(cls, values: tuple[str | None, ...]) -> Asked:
        """What came from the page; halves of characters, which nothing could be done with, are replaced."""
        return cls(*((value or "").encode("utf-8", "replace").decode() for value in values))

    @property
    def wish(self) -> Wish:
        """The choices."""
        return Wish(self.platform, self.language, self.style, self.tone)

    @property
    def edit(self) -> Edit:
        """The fields of the post."""
        return Edit(self.title, self.text, self.hashtags, self.alt_text)
