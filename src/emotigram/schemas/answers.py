"""Readings and posts as they are answered: over REST and MCP, by the client, the command line and in files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import Field, ValidationInfo, field_validator, model_validator

from emotigram.domain import Note, NoteValue, SentimentLabel
from emotigram.schemas.base import Answer, Figure, Probability

_SHA256 = "5f0c4d6c1f1e2a1a5a6fd1a1a3f5b1f2c55b0e8f9f1a7d3e3b2c1d0e9f8a7b6c"


class PhotoInfo(Answer):
    """A photo as it was sent: its name, its size upright, the hash of its bytes, and its time where that is kept."""

    source: str = Field(examples=["beach.jpg"])
    sha256: str = Field(examples=[_SHA256])
    width_px: int = Field(examples=[1600])
    height_px: int = Field(examples=[1200])
    taken_at: datetime | None = Field(None, examples=["2026-05-01T18:30:00+08:00"])


class PhotosInfo(Answer):
    """The photos that were opened."""

    photos: list[PhotoInfo]


class SentimentInfo(Answer):
    """Probabilities that sum to 1; ``is_ambiguous`` where nobody should be told a label.

    That is where the two likeliest are too close to call, or ``is_unclear``: the engine doubts it, whatever they are.
    """

    label: SentimentLabel
    negative: Probability
    neutral: Probability
    positive: Probability
    confidence: Probability
    is_ambiguous: bool
    is_unclear: bool


class AffectInfo(Answer):
    """The emotion of picture and words together; valence and arousal lie in [-1, 1], null for unknown.

    ``mood`` is the sentiment, neutral where it is too close to call; ``emotion`` the one that is sure, '' for none.
    """

    sentiment: SentimentInfo
    mood: SentimentLabel
    emotion: str
    emotions: dict[str, Probability]
    valence: Figure | None
    arousal: Figure | None


class TagInfo(Answer):
    """Something seen in the photo; ``name`` is in the caller's language."""

    key: str
    name: str = ""
    names: dict[str, str]
    kind: str
    confidence: Probability | None

    @model_validator(mode="after")
    def _named(self, info: ValidationInfo) -> TagInfo:
        if info.context:
            self.name = self.names.get(info.context["language"], self.key)
        return self


class NoteInfo(Answer):
    """What a user should know of how a reading or a post was made; ``message`` says it in the caller's language."""

    code: str = Field(examples=["stand_in"])
    values: dict[str, NoteValue]
    message: str

    @model_validator(mode="before")
    @classmethod
    def _said(cls, note: object, info: ValidationInfo) -> object:
        if not isinstance(note, Note):
            return note
        language = (info.context or {}).get("language", "en")
        return {"code": note.code, "values": note.values, "message": note.message(language)}


class CaptionsInfo(Answer):
    """What is known of a photo before its emotion is judged."""

    description: dict[str, str]
    tags: list[TagInfo]


class ReadingInfo(Answer):
    """What was read from photos: descriptions and social lines by language, tags, emotion, a suggested look."""

    photos: list[PhotoInfo]
    description: dict[str, str] = Field(examples=[{"en": "A dog runs on the beach.", "zh": "一只狗在沙滩上奔跑。"}])
    tweet: str
    tweets: dict[str, str]
    tags: list[TagInfo]
    affect: AffectInfo
    look: str
    read_by: dict[str, str] = Field(examples=[{"captioner": "embedded", "sentiment": "embedded"}])
    user_text: str
    seen_text: str
    notes: list[NoteInfo]
    mood_reason: NoteInfo | None


class CheckInfo(Answer):
    """One verified property of a post, in the check's own units."""

    name: str
    passed: bool
    figure: Figure
    limit: Figure
    is_hard: bool
    detail: str


class DraftInfo(Answer):
    """A post as far as it has been written."""

    title: str
    text: str
    hashtags: list[str]


class CandidateInfo(DraftInfo):
    """A draft that the post was chosen among; fewer demerits are better."""

    alt_text: str
    full_text: str
    demerits: Figure
    is_repaired: bool
    checks: list[CheckInfo]
    notes: list[NoteInfo]


class UsageInfo(Answer):
    """Tokens of a chat model and their cost, null where no price is known."""

    prompt_tokens: int
    cached_tokens: int
    answer_tokens: int
    cost: float | None
    currency: str
    is_estimate: bool


class PostInfo(Answer):
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


class MessageInfo(Answer):
    """One message to a chat model."""

    role: str
    content: str


class PlanInfo(Answer):
    """What a chat model would be sent for one post, and what that would use as estimated."""

    server: str
    model: str
    messages: list[MessageInfo]
    usage: UsageInfo

    @field_validator("messages", mode="before")
    @classmethod
    def _named(cls, messages: Sequence[object]) -> list[object]:
        return [{"role": one[0], "content": one[1]} if isinstance(one, tuple) else one for one in messages]


class KeptAnswer(Answer):
    """What the server keeps under an id, until ``expires_at``."""

    id: str
    created_at: datetime
    expires_at: datetime


class ReadingAnswer(KeptAnswer):
    """A reading, kept until ``expires_at`` for any number of posts."""

    id: str = Field(examples=["r_3vJ0k1wYQ2m8sT7u"])
    reading: ReadingInfo


class PostAnswer(KeptAnswer):
    """A post with the photos it was written for, kept until ``expires_at``."""

    id: str = Field(examples=["p_9bT2c7LwX5n1kQ4z"])
    reading_id: str = Field(examples=["r_3vJ0k1wYQ2m8sT7u"])
    photos: list[PhotoInfo]
    post: PostInfo
