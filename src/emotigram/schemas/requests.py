"""What the REST API takes."""

from __future__ import annotations

from typing import Annotated, cast

from pydantic import BaseModel, ConfigDict, Field

from emotigram.domain import SentimentLabel, Wishes

PastPost = Annotated[str, Field(max_length=5000)]


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
        """The wishes as ``Studio.write`` takes them."""
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
