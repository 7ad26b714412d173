"""What the REST API answers where it cannot do what was asked."""

from __future__ import annotations

from pydantic import BaseModel, Field


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
