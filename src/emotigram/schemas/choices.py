"""What there is to choose from, the engines at work, and how the server is."""

from __future__ import annotations

from typing import Literal

from emotigram.domain import Recipe
from emotigram.schemas.base import Answer


class Names(Answer):
    """A key of the catalogue with its names in the interface languages."""

    key: str
    names: dict[str, str]


class PlatformInfo(Names):
    """A platform and its rules; a limit of 0 is none, a title or hashtag limit of 0 means it has none.

    ``soft_lengths`` (fewest and most characters by language) and ``soft_lines`` are what reads well, limits are hard
    where the platform refuses more; a feed folds what stands after ``fold_after`` characters.
    """

    counting: str
    text_limit: int
    text_limit_is_hard: bool
    byte_limit: int
    link_length: int
    soft_lengths: dict[str, tuple[int, int]]
    soft_lines: int
    fold_after: int
    title_limit: int
    title_counting: str
    hashtag_limit: int
    hashtag_limit_is_hard: bool
    hashtag_length: int
    hashtag_form: str
    mention_limit: int
    takes_alt_text: bool
    alt_text_limit: int
    media_limit: int
    source: str
    verified_on: str
    confidence: str


class LookInfo(Names):
    """A filter for photos; ``suits`` maps feelings to the arousal in [-1, 1] that it goes with best."""

    suits: dict[str, float]
    source: str
    recipe: Recipe


class LanguageInfo(Names):
    """A language of posts; ``is_written`` where the server's writer writes it."""

    native_name: str
    default_platform: str
    is_written: bool


class EnginesInfo(Answer):
    """The engines at work by role, those there are, and who else gets the photos ('' for nobody)."""

    active: dict[str, str]
    known: dict[str, list[str]]
    sends_photos_to: str


class State(Answer):
    """How the server is."""

    status: Literal["ok"]
    version: str
