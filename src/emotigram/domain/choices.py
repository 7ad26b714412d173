"""What there is to choose from: platforms, languages, styles, revisions and looks, as ``data`` holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

_SHORTEST_REVISION = 8  # characters: nobody needs a post shorter still


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """Where a post goes and its rules; a limit of 0 is none, a title or hashtag limit of 0 means it has none.

    Hard rules are never broken by a returned post: ``text_limit`` where ``text_limit_is_hard``, ``byte_limit`` (UTF-8),
    ``hashtag_limit``, which is custom rather than rule unless ``hashtag_limit_is_hard``, and those of title, mentions
    and alt text. ``soft_lengths`` and ``soft_lines`` are what reads well; a feed shows ``fold_after`` characters and
    folds the rest, 0 for none.
    Text and title are counted as ``counting`` and ``title_counting`` say (editing/counting.py); a link counts
    ``link_length`` where that is not 0. ``forms`` are those of the embedded writer's candidates, in turn; where it
    ``is_lively``, glad posts carry an emoji.
    """

    key: str
    names: Mapping[str, str]
    counting: Literal["characters", "graphemes", "weighted", "utf16", "emoji_bytes"]
    text_limit: int
    text_limit_is_hard: bool
    byte_limit: int = 0
    link_length: int = 0
    soft_lengths: Mapping[str, tuple[int, int]]  # zh, en (Language.lengths_like) -> (fewest, most) characters
    soft_lines: int = 0
    fold_after: int = 0
    title_limit: int = 0
    title_counting: Literal["characters", "half_width"] = "characters"
    hashtag_limit: int
    hashtag_limit_is_hard: bool
    hashtag_length: int = 0  # graphemes
    hashtag_form: Literal["#{tag}", "#{tag}#"]
    mention_limit: int = 0
    takes_alt_text: bool
    alt_text_limit: int = 0
    media_limit: int = 0
    forms: tuple[Literal["line", "post", "note", "professional"], ...] = ("line", "line", "post")
    is_lively: bool = False
    source: str
    verified_on: str
    confidence: Literal["sure", "fair", "weak"]


@dataclass(frozen=True, slots=True)
class Language:
    """A language posts are written in; ``script`` is a regex class that its own letters match.

    ``lengths_like`` names the language whose ``soft_lengths`` apply: signs that hold a word or letters that spell one.
    ``words_of`` is a language of the same words in another script, '' where there is none: ``script_conversion`` is
    OpenCC's conversion from it, for files of ``data`` that only it has and for descriptions, ``reverse_conversion`` the
    one to it, for engines that only read that.
    """

    key: str
    names: Mapping[str, str]
    native_name: str
    script: str
    default_platform: str
    lengths_like: Literal["zh", "en"]
    words_of: str = ""
    script_conversion: str = ""
    reverse_conversion: str = ""


@dataclass(frozen=True, slots=True)
class Style:
    """A manner of writing; ``instruction`` is what a chat model is told, per language.

    The embedded writer takes thoughts of these ``angles`` first, and in these ``forms`` where there are any;
    ``emoji``: with one or without one, None as the platform likes it.
    """

    key: str
    names: Mapping[str, str]
    instruction: Mapping[str, str]
    angles: tuple[str, ...] = ()
    forms: tuple[Literal["line", "post", "note", "professional"], ...] = ()
    emoji: bool | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """A direction to revise a post in: ``length`` is the share of the old text that the new one may have at most.

    ``instruction`` is what a chat model is told, per language; ``style`` the one whose phrases the embedded writer
    uses for it, '' to keep the brief's own.
    """

    key: str
    names: Mapping[str, str]
    instruction: Mapping[str, str]
    style: str
    length: float

    @property
    def shortens(self) -> bool:
        """Whether the new text must be shorter than the old one."""
        return self.length < 1

    def most(self, length: int) -> int:
        """The most characters that the revision of a text of a length may have."""
        return max(_SHORTEST_REVISION, int(self.length * length))


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a look changes a photo; as it stands, not at all.

    ``exposure`` is in stops, ``contrast`` lies in [-1, 1], ``saturation`` multiplies (0 is grey, 2 the most), ``black``
    and ``white`` are the RGB colours that these turn into, and ``vignette`` is how much darker corners get, in [0, 1].
    """

    exposure: float = 0.0
    contrast: float = 0.0
    saturation: float = 1.0
    black: tuple[int, int, int] = (0, 0, 0)
    white: tuple[int, int, int] = (255, 255, 255)
    vignette: float = 0.0


@dataclass(frozen=True, slots=True)
class Look:
    """A look for photos; ``suits`` maps sentiment labels and emotions to the arousal in [-1, 1] it suits them best at.

    ``source`` says where it is from or why it suits.
    """

    key: str
    names: Mapping[str, str]
    suits: Mapping[str, float]
    source: str
    recipe: Recipe
