"""What the REST API takes and answers, for the server and the Python client alike."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, cast

from pydantic import BaseModel, ConfigDict, Field

from emotigram.domain import NoteValue, SentimentLabel, Wishes

Probability = Annotated[float, Field(ge=0, le=1)]
PastPost = Annotated[str, Field(max_length=5000)]
_SHA256 = "5f0c4d6c1f1e2a1a5a6fd1a1a3f5b1f2c55b0e8f9f1a7d3e3b2c1d0e9f8a7b6c"


class PhotoInfo(BaseModel):
    """The photo as it was sent: its name, its size upright, the hash of its bytes."""

    source: str = Field(examples=["beach.jpg"])
    width_px: int = Field(examples=[1600])
    height_px: int = Field(examples=[1200])
    sha256: str = Field(examples=[_SHA256])


class SentimentInfo(BaseModel):
    """Probabilities that sum to 1; ``is_ambiguous`` where the two likeliest are too close to call."""

    label: SentimentLabel
    negative: Probability
    neutral: Probability
    positive: Probability
    confidence: Probability
    is_ambiguous: bool


class AffectInfo(BaseModel):
    """The emotion of picture and words together; valence and arousal lie in [-1, 1], null for unknown."""

    sentiment: SentimentInfo
    emotion: str | None
    emotions: dict[str, Probability]
    valence: float | None
    arousal: float | None


class TagInfo(BaseModel):
    """Something seen in the photo; ``name`` is in the caller's language."""

    key: str
    name: str
    names: dict[str, str]
    confidence: Probability | None


class NoteInfo(BaseModel):
    """What there is to know of how it was made; ``code`` is stable, ``message`` in the caller's language.

    ``values`` fill the sentence: text, numbers, or a name by language; ``error`` among them is the code of an error.
    """

    code: str = Field(examples=["no_key"])
    values: dict[str, NoteValue] = Field(examples=[{"key_env": "DEEPSEEK_API_KEY"}])
    message: str = Field(examples=["Written offline by the embedded writer: DEEPSEEK_API_KEY is not set."])


class ReadingInfo(BaseModel):
    """What was read from a photo: descriptions and social lines by language, tags, emotion, a suggested look."""

    description: dict[str, str] = Field(examples=[{"en": "A dog runs on the beach.", "zh": "一只狗在沙滩上奔跑。"}])
    tweet: str
    tweets: dict[str, str]
    tags: list[TagInfo]
    affect: AffectInfo
    look: str
    read_by: dict[str, str] = Field(examples=[{"captioner": "embedded", "sentiment": "embedded"}])
    notes: list[NoteInfo]


class CheckInfo(BaseModel):
    """One verified property of a post, in the check's own units."""

    name: str
    passed: bool
    figure: float
    limit: float
    is_hard: bool
    detail: str


class CandidateInfo(BaseModel):
    """A draft that the post was chosen among; fewer demerits are better."""

    title: str
    text: str
    hashtags: list[str]
    demerits: float
    is_repaired: bool
    checks: list[CheckInfo]


class UsageInfo(BaseModel):
    """Tokens of a chat model and their cost, null where no price is known."""

    prompt_tokens: int
    cached_tokens: int
    answer_tokens: int
    cost: float | None
    currency: str
    is_estimate: bool


class PostInfo(BaseModel):
    """A post with the checks it went through; ``full_text`` is what the user pastes."""

    title: str
    text: str = Field(examples=["Ran until the sea said stop."])
    hashtags: list[str] = Field(examples=[["dog", "beach"]])
    alt_text: str
    full_text: str
    platform: str = Field(examples=["x"])
    language: str = Field(examples=["en"])
    style: str = Field(examples=["plain"])
    tone: SentimentLabel
    written_by: str = Field(examples=["embedded"])
    checks: list[CheckInfo]
    notes: list[NoteInfo]
    usage: UsageInfo | None
    candidates: list[CandidateInfo]


class ReadingAnswer(BaseModel):
    """A reading, kept until ``expires_at`` for any number of posts."""

    id: str = Field(examples=["r_3vJ0k1wYQ2m8sT7u"])
    created_at: datetime
    expires_at: datetime
    photo: PhotoInfo
    reading: ReadingInfo


class PostAnswer(BaseModel):
    """A post with the photo it was written for, kept until ``expires_at``."""

    id: str = Field(examples=["p_9bT2c7LwX5n1kQ4z"])
    reading_id: str = Field(examples=["r_3vJ0k1wYQ2m8sT7u"])
    created_at: datetime
    expires_at: datetime
    photo: PhotoInfo
    post: PostInfo


class PostWishes(BaseModel):
    """What a post should be: ``domain.Wishes`` with limits and descriptions, for servers and assistants alike."""

    model_config = ConfigDict(extra="forbid")

    platform: str | None = Field(
        None, max_length=40, description="A platform's key, or auto.", examples=["xiaohongshu"]
    )
    language: str | None = Field(None, max_length=40, description="A language's key, or auto.", examples=["zh"])
    style: str | None = Field(None, max_length=40, description="A style's key, or auto.", examples=["humorous"])
    tone: SentimentLabel | None = Field(None, description="The emotion wished; that of the photo where left out.")
    seed: int | None = Field(
        None, ge=0, lt=2**63, description="Another number, another post of the embedded writer.", examples=[7]
    )
    past_posts: list[PastPost] = Field(
        default=[], max_length=20, description="Earlier posts of the creator: to write in their manner."
    )
    revision: str | None = Field(
        None, max_length=40, description="A revision's key: how 'previous' should change.", examples=["shorter"]
    )
    previous: str = Field("", max_length=5000, description="The text of the post to revise.")

    @property
    def asked(self) -> Wishes:
        """The same for a studio."""
        return cast(Wishes, self.model_dump(include=set(Wishes.__annotations__)))


class ReadingFields(BaseModel):
    """What may be sent along with a photo to read."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field("", max_length=5000, description="The user's own words; photo and words are judged together.")


class PhotoPostFields(PostWishes, ReadingFields):
    """What may be sent along with a photo to write about."""


class PostRequest(PostWishes):
    """A post from a reading that the server keeps."""

    reading_id: str = Field(min_length=1, max_length=80, examples=["r_3vJ0k1wYQ2m8sT7u"])


class CaptionsInfo(BaseModel):
    """What is known of a photo before its emotion is judged."""

    description: dict[str, str]
    tags: list[TagInfo]


class DraftInfo(BaseModel):
    """A post as far as it has been written."""

    title: str
    text: str
    hashtags: list[str]


class Names(BaseModel):
    """A key of the catalogue with its names in the interface languages."""

    key: str
    names: dict[str, str]


class PlatformInfo(Names):
    """A platform and its rules; a limit of 0 is none, a title or hashtag limit of 0 means it has none."""

    counting: str
    text_limit: int
    text_limit_is_hard: bool
    byte_limit: int
    title_limit: int
    hashtag_limit: int
    hashtag_form: str
    takes_alt_text: bool
    alt_text_limit: int
    media_limit: int
    source: str
    verified_on: str
    confidence: str


class LookInfo(Names):
    """A filter for photos; ``suits`` are the feelings it goes with."""

    suits: list[str]


class LanguageInfo(Names):
    """A language of posts; ``is_written`` where the server's writer writes it."""

    native_name: str
    default_platform: str
    is_written: bool


class EnginesInfo(BaseModel):
    """The engines at work by role, those there are, and who else gets the photos ('' for nobody)."""

    active: dict[str, str]
    known: dict[str, list[str]]
    sends_photos_to: str


class State(BaseModel):
    """How the server is."""

    status: Literal["ok"]
    version: str


class Problem(BaseModel):
    """What went wrong (RFC 9457); ``code`` is stable, the sentences are in the caller's language.

    ``title`` says what kind of problem it is, ``detail`` what is wrong this time, ``hint`` what to do about it.
    """

    type: str = Field(examples=["urn:emotigram:problem:photo_damaged"])
    title: str = Field(examples=["Cannot be used"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["beach.jpg: the image is damaged or cut short."])
    hint: str = Field(examples=["Copy or download the photo again."])
    instance: str = Field(examples=["urn:emotigram:request:4f2f0c5e9d6b4c7e"])
    code: str = Field(examples=["photo_damaged"])
    retryable: bool
