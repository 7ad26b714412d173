"""The nouns: Photo -> Reading -> Brief -> Post. Frozen, without heavy imports."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

SentimentLabel = Literal["negative", "neutral", "positive"]
# Ekman's six and none of them (Ekman 1992, Cognition and Emotion 6); MSED's labels are these without surprise
EMOTIONS = ("joy", "sadness", "anger", "fear", "disgust", "surprise", "neutral")
_AMBIGUOUS_MARGIN = 0.15  # the two likeliest labels closer than this: nobody should be told one


@dataclass(frozen=True, slots=True)
class Photo:
    """One upright RGB image without metadata; ``sha256`` is of the file's bytes as given."""

    image: Image
    source: str
    sha256: str

    @property
    def width_px(self) -> int:
        """Width in pixels, upright."""
        return self.image.width

    @property
    def height_px(self) -> int:
        """Height in pixels, upright."""
        return self.image.height


@dataclass(frozen=True, slots=True)
class Sentiment:
    """Probabilities in [0, 1] that sum to 1; raises ValueError otherwise."""

    negative: float
    neutral: float
    positive: float

    def __post_init__(self) -> None:
        values = (self.negative, self.neutral, self.positive)
        if not all(0 <= value <= 1 for value in values) or not math.isclose(sum(values), 1, abs_tol=1e-3):
            raise ValueError(f"sentiment probabilities must lie in [0, 1] and sum to 1, not {values}")

    @property
    def probabilities(self) -> dict[SentimentLabel, float]:
        """Label to probability, from negative to positive."""
        return {"negative": self.negative, "neutral": self.neutral, "positive": self.positive}

    @property
    def label(self) -> SentimentLabel:
        """The likeliest label."""
        return max(self.probabilities, key=self.probabilities.__getitem__)

    @property
    def confidence(self) -> float:
        """Probability of the likeliest label."""
        return max(self.probabilities.values())

    @property
    def is_ambiguous(self) -> bool:
        """Whether the two likeliest labels are too close to call."""
        first, second, _ = sorted(self.probabilities.values(), reverse=True)
        return first - second < _AMBIGUOUS_MARGIN


@dataclass(frozen=True, slots=True)
class Affect:
    """The emotion of picture and words together.

    ``emotions`` maps each of ``EMOTIONS`` to its probability (they sum to 1; empty where the engine gives none);
    ``valence`` goes from -1 (unpleasant) to 1 (pleasant), ``arousal`` from -1 (calm) to 1 (excited), None for unknown.
    """

    sentiment: Sentiment
    emotions: Mapping[str, float] = field(default_factory=dict)
    valence: float | None = None
    arousal: float | None = None


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
class Captions:
    """What a captioner says of one photo, per language.

    ``description`` is what the user is told; ``sentences`` what the captioner would have said without caution, with
    ``confidence`` in [0, 1] that it is right (both empty where an engine knows no caution). ``tweets`` may lack
    languages: the studio words those from the reading. ``features`` let a sentiment model of their space skip a second
    look. ``notes`` tell the user, in the interface's language, what the engine had to do without.
    """

    description: Mapping[str, str]
    tweets: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[Tag, ...] = ()
    features: Features | None = None
    sentences: Mapping[str, str] = field(default_factory=dict)
    confidence: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from a photo, once, for any number of posts; ``read_by`` maps a role to an engine's name."""

    description: Mapping[str, str]
    tweets: Mapping[str, str]
    tags: tuple[Tag, ...]
    affect: Affect
    read_by: Mapping[str, str]
    user_text: str = ""
    notes: tuple[str, ...] = ()

    @property
    def tweet(self) -> str:
        """The social-voice line in the reading's first language."""
        return next(iter(self.tweets.values()), "")


@dataclass(frozen=True, slots=True)
class Platform:
    """Where a post goes; a ``text_limit`` of 0 is no limit, a title or hashtag limit of 0 means it has none."""

    key: str
    names: Mapping[str, str]
    counting: Literal["characters", "graphemes", "weighted"]
    text_limit: int
    text_limit_is_hard: bool
    soft_lengths: Mapping[str, tuple[int, int]]  # language -> (fewest, most) characters that read well
    title_limit: int
    hashtag_limit: int
    hashtag_form: Literal["#{tag}", "#{tag}#"]
    alt_text_limit: int
    source: str
    verified_on: str
    confidence: Literal["sure", "fair", "weak"]


@dataclass(frozen=True, slots=True)
class Language:
    """A language posts are written in; ``script`` is a regex class that its own letters match.

    ``lengths_like`` names the language whose ``soft_lengths`` apply: signs that hold a word or letters that spell one.
    """

    key: str
    names: Mapping[str, str]
    native_name: str
    script: str
    default_platform: str
    lengths_like: Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Style:
    """A manner of writing; ``instruction`` is what a chat model is told, per language.

    The embedded writer writes in the style ``like`` where a language has no phrases for this one.
    """

    key: str
    names: Mapping[str, str]
    instruction: Mapping[str, str]
    like: str = "plain"


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenAI-compatible server; ``extra_body`` is sent along, ``key_env`` names the key's variable ('' for none).

    ``supports_json`` is of the response format ``json_object``; ``vision_model`` looks at photos ('' for ``model``)
    where the server ``supports_images``, ``photos_at_once`` of them: one where it would let others wait in silence.
    """

    key: str
    name: str
    base_url: str
    model: str
    key_env: str
    supports_json: bool
    supports_images: bool
    vision_model: str
    photos_at_once: int
    extra_body: Mapping[str, object]
    source: str
    verified_on: str


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights that do not come with the package: where they are fetched and what they are good for.

    ``size_gb`` (10^9 bytes) is of the files fetched, ``languages`` what the model describes in.
    ``revision`` is the commit that is fetched, '' for the newest; ``also`` are repositories with the same weights
    that lack something, for which this one stands.
    """

    key: str
    name: str
    repo: str
    revision: str
    engine: str
    parameters_b: float
    size_gb: float
    languages: tuple[str, ...]
    licence: str
    source: str
    verified_on: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Brief:
    """What to write: a reading for one platform, in one language and style; ``tone`` is the sentiment wished."""

    reading: Reading
    platform: Platform
    language: Language
    style: Style
    tone: SentimentLabel
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """A post as far as it has been written; hashtags without their sign."""

    title: str = ""
    text: str = ""
    hashtags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One verified property of a post; ``figure`` and ``limit`` are in the check's own units."""

    name: str
    passed: bool
    figure: float
    limit: float


@dataclass(frozen=True, slots=True)
class Post:
    """A finished post; ``full_text`` is what the user pastes and what limits count on."""

    title: str
    text: str
    hashtags: tuple[str, ...]
    alt_text: str
    full_text: str
    platform: str
    language: str
    style: str
    written_by: str
    checks: tuple[Check, ...] = ()
    notes: tuple[str, ...] = field(default=())
