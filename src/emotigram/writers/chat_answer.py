"""From a chat model's answer, finished or still arriving, to a draft."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import from_json

from emotigram.chat.client import json_in
from emotigram.domain import Draft


class _Answer(BaseModel):
    model_config = ConfigDict(strict=True)

    title: str = ""
    text: Annotated[str, AfterValidator(str.strip), Field(min_length=1)]
    hashtags: list[str] = []


def whole_draft(answer: str) -> Draft:
    """Return the draft in a finished answer, which may be fenced; raises ValueError where it is blank or malformed."""
    found = _Answer.model_validate_json(json_in(answer))
    return Draft(_text(found.title), found.text, _tags(found.hashtags))


def draft_so_far(answer: str) -> Draft:
    """Return as much of the draft as has arrived; empty where that cannot be told yet."""
    try:
        found = from_json(answer[max(answer.find("{"), 0) :], allow_partial="trailing-strings")
    except ValueError:  # too early, or no JSON at all: the finished answer decides
        return Draft()
    if not isinstance(found, dict):
        return Draft()
    hashtags = found.get("hashtags")
    return Draft(
        _text(found.get("title")), _text(found.get("text")), _tags(hashtags if isinstance(hashtags, list) else [])
    )


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _tags(values: list[object] | list[str]) -> tuple[str, ...]:
    names = (_text(value).strip("#＃ ") for value in values)
    return tuple(name for name in names if name)
