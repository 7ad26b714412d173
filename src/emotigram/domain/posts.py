"""What to write, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, TypedDict

from emotigram.domain.affect import SentimentLabel
from emotigram.domain.choices import Language, Platform, Revision, Style
from emotigram.domain.readings import Note, Reading


class Wishes(TypedDict, total=False):
    """What one post may be asked to be; what is left out, None or ``auto`` is as in the settings, the tone as read.

    Each name stands beside the folder of ``data`` whose keys it takes. ``seed`` chooses among the embedded writer's
    phrases. ``past_posts`` are earlier posts of the creator: to write in their manner, and not the same again.
    ``revision`` says how to revise ``previous``, the text of a post, or how to write where that is ''.
    """

    platform: Annotated[str | None, "platforms"]
    language: Annotated[str | None, "languages"]
    style: Annotated[str | None, "styles"]
    tone: SentimentLabel | None
    seed: int | None
    past_posts: Sequence[str]
    revision: Annotated[str | None, "revisions"]
    previous: str


@dataclass(frozen=True, slots=True)
class Brief:
    """What to write: a reading for one platform, in one language and style; ``tone`` is the sentiment wished.

    ``candidates`` is how many drafts to choose among, 1 or more; ``past_posts`` are by the same creator,
    whose manner to keep and whose words not to repeat. ``revision`` is the direction to revise ``previous`` in, the
    text of an earlier post, or to write in where that is ''. ``is_sober``: the user's words are of grief, illness,
    disaster or the like, so that nothing cheerful may stand beside them, whatever else was asked for.
    """

    reading: Reading
    platform: Platform
    language: Language
    style: Style
    tone: SentimentLabel
    seed: int = 0
    candidates: int = 3
    past_posts: tuple[str, ...] = ()
    revision: Revision | None = None
    previous: str = ""
    is_sober: bool = False

    @property
    def soft_length(self) -> tuple[int, int] | None:
        """The fewest and the most characters that read well, None where the platform's file does not say."""
        lengths = self.platform.soft_lengths.get(self.language.lengths_like)
        return self._revised(*lengths) if lengths else None

    @property
    def aimed_length(self) -> tuple[int, int]:
        """The fewest and the most characters to aim at: what reads well on the platform, or else in most places."""
        return self.soft_length or self._revised(25, 200)

    def _revised(self, fewest: int, most: int) -> tuple[int, int]:
        if self.revision is None or not (self.previous or self.revision.shortens):
            return fewest, most
        wished = self.revision.most(len(self.previous) or (fewest + most) // 2)
        most = min(most, wished if self.revision.shortens else max(wished, fewest))
        return min(fewest, most // 2), most


@dataclass(frozen=True, slots=True)
class Usage:
    """What a chat model was asked and answered, in tokens; ``cost`` in ``currency``, None where no price is known.

    ``cached_tokens`` are those of ``prompt_tokens`` that the provider had in its cache; ``is_estimate`` where it did
    not count them for us.
    """

    prompt_tokens: int
    cached_tokens: int
    answer_tokens: int
    cost: float | None
    currency: str
    is_estimate: bool = False

    def __add__(self, other: Usage) -> Usage:
        """The usage of two requests together; the cost is unknown where one is."""
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.cached_tokens + other.cached_tokens,
            self.answer_tokens + other.answer_tokens,
            None if self.cost is None or other.cost is None else self.cost + other.cost,
            self.currency,
            self.is_estimate or other.is_estimate,
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """What a chat writer would send where for one post, as (role, words), and what that would cost as estimated."""

    server: str
    model: str
    messages: tuple[tuple[str, str], ...]
    usage: Usage


@dataclass(frozen=True, slots=True)
class Draft:
    """A post as far as it has been written, or one of several; hashtags without their sign.

    ``candidate`` counts them from 0. ``notes`` tell the user what the writer had to do otherwise than asked. ``usage``
    is of all that was asked for, on the last draft of an answer.
    """

    title: str = ""
    text: str = ""
    hashtags: tuple[str, ...] = ()
    alt_text: str = ""
    candidate: int = 0
    notes: tuple[Note, ...] = ()
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One verified property of a post; ``figure`` and ``limit`` are in the check's own units.

    No post is returned that fails a check that ``is_hard``. ``detail`` names what is at fault, in the post's own words.
    """

    name: str
    passed: bool
    figure: float
    limit: float
    is_hard: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A draft, finished, with its checks and the ``demerits`` that rank it: fewer are better."""

    title: str
    text: str
    hashtags: tuple[str, ...]
    alt_text: str
    full_text: str
    checks: tuple[Check, ...]
    demerits: float
    is_repaired: bool = False
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """A finished post; ``full_text`` is what the user pastes and what limits count on.

    ``alt_text`` is '' where the platform takes none. ``candidates`` are those it was chosen among, the best first;
    ``usage`` is None where no chat model was asked, or where it did not say.
    """

    title: str
    text: str
    hashtags: tuple[str, ...]
    alt_text: str
    full_text: str
    platform: str
    language: str
    style: str
    tone: SentimentLabel
    written_by: str
    checks: tuple[Check, ...] = ()
    notes: tuple[Note, ...] = field(default=())
    candidates: tuple[Candidate, ...] = ()
    usage: Usage | None = None
