"""What engines say of a photo, and the reading that comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emotigram.domain.affect import Affect
from emotigram.domain.photos import PhotoFacts
from emotigram.texts import INTERFACE_LANGUAGES, say

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from emotigram.errors import EmotiGramError

NoteValue = str | int | float | Mapping[str, str]  # the last: by interface language


@dataclass(frozen=True, slots=True)
class Tag:
    """Something seen in the photo: stable key, name per language, kind (see data/tags.toml).

    ``confidence`` lies in [0, 1]; None where the engine knows none.
    """

    key: str
    confidence: float | None
    names: Mapping[str, str]
    kind: str = "thing"


@dataclass(frozen=True, slots=True)
class Features:
    """What an image encoder computed of one photo, for whoever was trained on that encoder's output.

    ``space`` names the encoder and its weights; ``values`` (float32) is pooled, (width,), or in tokens, (n, width).
    """

    space: str
    values: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Note:
    """What a user should know of how a reading or a post was made; the sentence is chosen where it is shown.

    ``code`` is a key of ``[notes]`` in data/interface, ``values`` fill its blanks: text, numbers, or a name in each
    interface language. Raises ValueError where there is no such sentence, or a value is missing.
    """

    code: str
    values: Mapping[str, NoteValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            for language in INTERFACE_LANGUAGES:
                self.message(language)
        except (LookupError, TypeError, ValueError) as error:
            raise ValueError(f"no sentence for the note {self.code!r} with {dict(self.values)}") from error

    @classmethod
    def of_error(cls, code: str, error: EmotiGramError) -> Note:
        """A note that tells an error, as ``{reason}`` and ``{hint}``; its code becomes the value ``error``."""
        values = {
            name: value if isinstance(value, str | int | float) else str(value) for name, value in error.values.items()
        }
        return cls(code, {**values, "error": error.code})

    def message(self, language: str = "en") -> str:
        """The note as a sentence of an interface language."""
        values = {name: each[language] if isinstance(each, Mapping) else each for name, each in self.values.items()}
        if "error" in values:
            error = f"errors.{values['error']}"
            values |= {
                "reason": say(f"{error}.message", language, **values),
                "hint": say(f"{error}.hint", language, **values),
            }
        return say(f"notes.{self.code}", language, **values)


@dataclass(frozen=True, slots=True)
class SeenText:
    """The words that stand in one photo, in reading order; ``share`` in [0, 1] is the part of its area with words."""

    lines: tuple[str, ...] = ()
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Captions:
    """What a captioner says of one photo, per language.

    ``description`` is what the user is told; ``sentences`` what the captioner would have said without caution, with
    ``confidence`` in [0, 1] that it is right (both empty where an engine knows no caution). ``tweets`` may lack
    languages: the studio words those from the reading. ``features`` let a sentiment model of their space skip a second
    look. ``notes`` tell the user what the engine had to do without. ``seen_text`` are the words that stand in the
    photo, '' where the engine reads none.
    """

    description: Mapping[str, str]
    tweets: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[Tag, ...] = ()
    features: Features | None = None
    sentences: Mapping[str, str] = field(default_factory=dict)
    confidence: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    seen_text: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from a photo, once, for any number of posts; ``read_by`` maps a role to an engine's name.

    ``photos`` are the facts of what it was read from. ``user_text`` are the user's own words, ``seen_text`` those that
    stand in the photo, where an engine reads them. ``look`` is the key of the look that suits the affect, '' where
    nobody chose one. ``mood_reason`` says what the mood was read from, None where there is nothing to say.
    """

    description: Mapping[str, str]
    tweets: Mapping[str, str]
    tags: tuple[Tag, ...]
    affect: Affect
    read_by: Mapping[str, str]
    user_text: str = ""
    notes: tuple[Note, ...] = ()
    seen_text: str = ""
    look: str = ""
    photos: tuple[PhotoFacts, ...] = ()
    mood_reason: Note | None = None

    @property
    def tweet(self) -> str:
        """The social-voice line in the reading's first language."""
        return next(iter(self.tweets.values()), "")
