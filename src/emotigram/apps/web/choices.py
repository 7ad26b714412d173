"""What a visitor chose, and what was typed into the fields of a post."""

from __future__ import annotations

import re
from typing import NamedTuple

from emotigram import catalogue
from emotigram.domain import Post, SentimentLabel, Wishes
from emotigram.editing.cleaning import clean_hashtags
from emotigram.publishing.finish import full_text

AUTO, AS_READ = "auto", "as_read"
_BETWEEN = re.compile(r"[\s#＃,，、]+")  # as in scripts/copy.js


class Wish(NamedTuple):
    """What the controls say: keys of the catalogue, or AUTO and AS_READ."""

    platform: str
    language: str
    style: str
    tone: str

    def wishes(self, seed: int) -> Wishes:
        """The choices as ``Studio.write`` takes them."""
        tones: dict[str, SentimentLabel] = {"positive": "positive", "neutral": "neutral", "negative": "negative"}
        tone = tones.get(self.tone)
        return Wishes(platform=self.platform, language=self.language, style=self.style, tone=tone, seed=seed)


class Edit(NamedTuple):
    """What the fields hold; the hashtags stand in one line, in the platform's form."""

    title: str = ""
    text: str = ""
    hashtags: str = ""
    alt_text: str = ""

    @property
    def tags(self) -> tuple[str, ...]:
        """The hashtags that the line names, without signs."""
        return clean_hashtags(_BETWEEN.split(self.hashtags))

    def full_text(self, post: Post) -> str:
        """What is pasted, for the post's platform."""
        return full_text(self.text, self.tags, catalogue.platform(post.platform))


def edit_of(post: Post) -> Edit:
    """A post as its fields show it."""
    hashtags = full_text("", post.hashtags, catalogue.platform(post.platform))
    return Edit(post.title, post.text, hashtags, post.alt_text)
