"""Routes of readings: a photo in, what it says and how it feels out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from emotigram.apps.api.answers import PROBLEMS, IdempotencyKey, answer, events_too, form_body, replay
from emotigram.apps.api.callers import CallerOf
from emotigram.apps.api.events import WantsEvents
from emotigram.apps.api.forms import listed, read_form, validated
from emotigram.apps.api.state import StateOf
from emotigram.apps.desk.desk import reading_answer
from emotigram.apps.desk.once import fingerprint
from emotigram.schemas import ReadingAnswer, ReadingFields

router = APIRouter(prefix="/v1/readings", tags=["readings"], responses=PROBLEMS)


@router.post(
    "",
    status_code=201,
    response_model=ReadingAnswer,
    summary="Read a photo",
    openapi_extra=form_body(ReadingFields),
    responses=events_too("photo, captions, reading"),
)
async def create_reading(
    request: Request, state: StateOf, caller: CallerOf, wants_events: WantsEvents, key: IdempotencyKey = None
) -> Response:
    """Read one photo, sent as the field `photo`. The photo is forgotten at once, the reading after a while.

    With `Accept: text/event-stream` each step is told as it is done.
    """
    upload, fields = await read_form(request, caller.language)
    text = validated(ReadingFields, listed(ReadingFields, fields), caller.language).text
    asked = fingerprint("reading", photo=upload.sha256, text=text)
    again = state.desk.reading_again(state.idempotency.made(caller.owner, key, asked), caller)
    if again:
        return replay(reading_answer(again, caller.language), request)
    state.idempotency.forget(caller.owner, key)
    steps = state.idempotency.once(
        caller.owner, key, asked, state.desk.read(upload.data, upload.name, text, caller), "reading"
    )
    return await answer(steps, request, state, caller, wants_events=wants_events)


@router.get("/{reading_id}", response_model=ReadingAnswer, summary="A reading again")
async def get_reading(
    reading_id: Annotated[str, Path(max_length=80)], state: StateOf, caller: CallerOf
) -> dict[str, object]:
    """Give a reading that was made before, with the same API key."""
    return reading_answer(state.desk.reading(reading_id, caller), caller.language)
