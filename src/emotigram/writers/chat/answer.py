"""From a chat model's answer, finished or still arriving, to drafts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from emotigram.chat.client import json_in
from emotigram.domain import Draft

# What no post has more of, in characters: captions have up to 4,000 where they are looked at as a whole (TikTok). To
# finish and check a text takes longer than its length grows.
_LONGEST = 6_000
_MOST_HASHTAGS = 200
_MOST_POSTS = 8  # as many as can be asked for


class _Post(BaseModel):
    model_config = ConfigDict(strict=True)

    title: Annotated[str, Field(max_length=_LONGEST)] = ""
    text: Annotated[str, AfterValidator(str.strip), Field(min_length=1, max_length=_LONGEST)]
    hashtags: Annotated[list[Annotated[str, Field(max_length=_LONGEST)]], Field(max_length=_MOST_HASHTAGS)] = []
    alt_text: Annotated[str, Field(max_length=_LONGEST)] = ""


def whole_drafts(answer: str) -> list[Draft]:
    """Return the drafts in a finished answer, which may be fenced; raises ValueError where none is well-formed.

    A model that leaves out the list and writes one post alone is understood.
    """
    found = from_json(json_in(answer))
    drafts = [draft for post in _posts(found)[:_MOST_POSTS] if (draft := _whole(post))]
    if not drafts:
        raise ValueError("no post in the answer")
    return drafts


def draft_so_far(answer: str) -> Draft:
    """Return the first draft as far as it has arrived; empty where that cannot be told yet."""
    try:
        found = from_json(answer[max(answer.find("{"), 0) :], allow_partial="trailing-strings")
    except ValueError:  # too early, or no JSON at all: the finished answer decides
        return Draft()
    first = next(iter(_posts(found)), None)
    return _draft(first) if isinstance(first, dict) else Draft()


def _posts(found: object) -> list[Any]:
    if not isinstance(found, dict):
        return []
    posts = found.get("posts", [found])
    return posts if isinstance(posts, list) else []


def _whole(post: object) -> Draft | None:
    try:
        return _draft(_Post.model_validate(post).model_dump())
    except ValidationError:
        return None


def _draft(post: Mapping[str, object]) -> Draft:
    hashtags = post.get("hashtags")
    names = [_text(value).strip("#＃ ") for value in hashtags[:_MOST_HASHTAGS]] if isinstance(hashtags, list) else []
    return Draft(
        title=_text(post.get("title")),
        text=_text(post.get("text")),
        hashtags=tuple(name for name in names if name),
        alt_text=_text(post.get("alt_text")),
    )


def _text(value: object) -> str:
    return value[:_LONGEST].strip() if isinstance(value, str) else ""
