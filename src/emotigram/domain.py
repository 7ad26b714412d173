"""The nouns: Photo -> Reading -> Brief -> Post. Frozen, without heavy imports."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal, TypedDict

from emotigram.texts import INTERFACE_LANGUAGES, say

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    from emotigram.errors import EmotiGramError

SentimentLabel = Literal["negative", "neutral", "positive"]
# Ekman's six and none of them (Ekman 1992, Cognition and Emotion 6); MSED's labels are these without surprise
EMOTIONS = ("joy", "sadness", "anger", "fear", "disgust", "surprise", "neutral")
_SHORTEST_REVISION = 8  # characters: nobody needs a post shorter still
_AMBIGUOUS_MARGIN = 0.15  # the two likeliest labels closer than this: nobody should be told one
_SURE = 0.5  # an emotion likelier than all others together
# what an emotion may go with; surprise goes with any, "neutral" is no emotion
_SENTIMENT_OF: Mapping[str, SentimentLabel] = {
    "joy": "positive",
    "sadness": "negative",
    "anger": "negative",
    "fear": "negative",
    "disgust": "negative",
}
NoteValue = str | int | float | Mapping[str, str]  # the last: by interface language


class PhotoLimits(TypedDict, total=False):
    """What ``open_photo`` may spend: 10^6 pixels and seconds a photo, and 10^6 bytes of memory for all at a time."""

    max_megapixels: float
    decode_timeout_s: float
    decode_memory_mb: float


@dataclass(frozen=True, slots=True)
class Photo:
    """One upright RGB image without metadata; ``sha256`` is of the file's bytes as given.

    ``image`` may be smaller than the file's own picture, whose upright size is ``size_px``; None where it is not.
    ``taken_at`` is the camera's time (with a zone where the file knows it), None where the file does not say.
    """

    image: Image
    source: str
    sha256: str
    size_px: tuple[int, int] | None = None
    taken_at: datetime | None = None

    @property
    def width_px(self) -> int:
        """Width of the file's picture in pixels, upright."""
        return self.size_px[0] if self.size_px else self.image.width

    @property
    def height_px(self) -> int:
        """Height of the file's picture in pixels, upright."""
        return self.size_px[1] if self.size_px else self.image.height

    def facts(self, with_time: bool = False) -> PhotoFacts:
        """What a reading keeps of it; the time it was taken only where that is wanted."""
        taken_at = self.taken_at if with_time else None
        return PhotoFacts(self.source, self.sha256, self.width_px, self.height_px, taken_at)


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """What a reading knows of a photo it was read from, never its pixels.

    ``source`` is what the photo was called, ``sha256`` of the file's bytes, the size that of the file's picture,
    upright. ``taken_at`` is the camera's time, None where the file did not say or nobody wanted it.
    """

    source: str
    sha256: str
    width_px: int
    height_px: int
    taken_at: datetime | None = None


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

    @property
    def mood(self) -> SentimentLabel:
        """The sentiment, or neutral where it is too close to call: nobody should be told how they feel."""
        return "neutral" if self.sentiment.is_ambiguous else self.sentiment.label

    @property
    def emotion(self) -> str:
        """The one emotion that is sure and fits the sentiment, '' for none."""
        emotion, chance = max(self.emotions.items(), key=lambda pair: pair[1], default=("neutral", 0.0))
        if emotion == "neutral" or chance < _SURE or self.sentiment.is_ambiguous:
            return ""
        return emotion if _SENTIMENT_OF.get(emotion, self.mood) == self.mood else ""


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
    nobody chose one.
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

    @property
    def tweet(self) -> str:
        """The social-voice line in the reading's first language."""
        return next(iter(self.tweets.values()), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """Where a post goes and its rules; a limit of 0 is none, a title or hashtag limit of 0 means it has none.

    Hard rules are never broken by a returned post: ``text_limit`` where ``text_limit_is_hard``, ``byte_limit`` (UTF-8),
    ``hashtag_limit``, which is custom rather than rule unless ``hashtag_limit_is_hard``, and those of title, mentions
    and alt text. ``soft_lengths`` and ``soft_lines`` are what reads well; a feed shows ``fold_after`` characters and
    folds the rest, 0 for none.
    Text and title are counted as ``counting`` and ``title_counting`` say (publishing/counting.py); a link counts
    ``link_length`` where that is not 0.
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

    The embedded writer writes in the style ``like`` where a language has no phrases for this one.
    """

    key: str
    names: Mapping[str, str]
    instruction: Mapping[str, str]
    like: str = "plain"


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


@dataclass(frozen=True, slots=True)
class Peak:
    """When prices are ``factor`` times as high: days (Monday is 0) and hours [from, to) of a time zone."""

    factor: float
    days: tuple[int, ...]
    hours: tuple[tuple[int, int], ...]
    timezone: str


@dataclass(frozen=True, slots=True)
class Price:
    """Price of a million tokens of prompt, of prompt found in the provider's cache, and of answer."""

    currency: str
    prompt: float
    cached: float
    answer: float
    peak: Peak | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenAI-compatible server; ``extra_body`` is sent along, ``key_env`` names the key's variable ('' for none).

    ``supports_json`` is of the response format ``json_object``, ``supports_stream`` of answers in pieces, and
    ``supports_usage`` of token counts at a stream's end. ``vision_model`` looks at photos ('' for ``model``) where the
    server ``supports_images``, ``photos_at_once`` of them: one where it would let others wait in silence.
    ``price`` is that of ``model``, None where it is not known.
    """

    key: str
    name: str
    base_url: str
    model: str
    key_env: str
    supports_json: bool
    supports_images: bool
    supports_stream: bool
    supports_usage: bool
    vision_model: str
    photos_at_once: int
    extra_body: Mapping[str, object]
    source: str
    verified_on: str
    price: Price | None = None


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
    text of an earlier post, or to write in where that is ''.
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
