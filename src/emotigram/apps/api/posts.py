"""Routes of posts: a reading, or a photo, and wishes in; a checked post out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path, Response

from emotigram.apps.api.answers import PROBLEMS, events_too, form_or_json_body
from emotigram.apps.api.asking import Asking, AskingOf
from emotigram.apps.api.callers import CallerOf
from emotigram.apps.api.forms import JSON, MULTIPART, content_type, listed, read_form, read_json, validated
from emotigram.apps.api.state import StateOf
from emotigram.apps.desk.desk import post_answer
from emotigram.apps.desk.once import fingerprint
from emotigram.apps.desk.steps import Steps
from emotigram.errors import ContentTypeWrong
from emotigram.schemas.answers import PostAnswer
from emotigram.schemas.requests import PhotoPostFields, PostRequest

router = APIRouter(prefix="/v1/posts", tags=["posts"], responses=PROBLEMS)


@router.post(
    "",
    status_code=201,
    response_model=PostAnswer,
    summary="Write a post",
    openapi_extra=form_or_json_body(PhotoPostFields, PostRequest),
    responses=events_too("photos, captions, reading (where a photo was sent), draft, post"),
)
async def create_post(
    asking: AskingOf,
) -> Response:
    """Write a post from a reading (JSON), or from a photo (multipart, with the same wishes as fields).

    With `Accept: text/event-stream` the post is told as it is written.
    """
    asked, begin = await _asked(asking)

    def find(post_id: str) -> PostAnswer | None:
        kept = asking.state.desk.posts.get(post_id, asking.caller.owner)
        return post_answer(kept, asking.caller.language) if kept else None

    return await asking.answer_once(asked, "post", begin, find)


@router.get("/{post_id}", response_model=PostAnswer, summary="A post again")
async def get_post(post_id: Annotated[str, Path(max_length=80)], state: StateOf, caller: CallerOf) -> PostAnswer:
    """Give a post that was written before, with the same API key."""
    return post_answer(state.desk.post(post_id, caller), caller.language)


async def _asked(asking: Asking) -> tuple[str, Callable[[], Steps]]:
    """What is asked for, as a fingerprint, and what begins to do it; names are checked before any work."""
    request, caller, desk = asking.request, asking.caller, asking.state.desk
    kind = content_type(request)
    if kind == JSON:
        wanted = await read_json(request, PostRequest, caller.language)
        desk.check(wanted)

        def begin() -> Steps:
            return desk.write(desk.reading(wanted.reading_id, caller), wanted, caller)

        return fingerprint("post", **wanted.model_dump()), begin
    if kind != MULTIPART:
        raise ContentTypeWrong(found=kind, wanted=f"{JSON}, {MULTIPART}")
    upload, fields = await read_form(request, caller.language)
    wishes = validated(PhotoPostFields, listed(PhotoPostFields, fields), caller.language)
    desk.check(wishes)
    asked = fingerprint("post", photo=upload.sha256, **wishes.model_dump())
    return asked, lambda: desk.read_and_write(upload.data, upload.name, wishes.text, wishes, caller)
