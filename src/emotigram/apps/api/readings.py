"""Routes of readings: a photo in, what it says and how it feels out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from emotigram.apps.api.answers import PROBLEMS, events_too, form_body
from emotigram.apps.api.asking import AskingOf
from emotigram.apps.api.callers import CallerOf
from emotigram.apps.api.forms import listed, read_form, validated
from emotigram.apps.api.state import StateOf
from emotigram.apps.desk.desk import reading_answer
from emotigram.apps.desk.once import fingerprint
from emotigram.schemas.answers import ReadingAnswer
from emotigram.schemas.requests import ReadingFields

router = APIRouter(prefix="/v1/readings", tags=["readings"], responses=PROBLEMS)


@router.post(
    "",
    status_code=201,
    response_model=ReadingAnswer,
    summary="Read a photo",
    openapi_extra=form_body(ReadingFields),
    responses=events_too("photos, captions, reading"),
)
async def create_reading(
    asking: AskingOf,
) -> Response:
    """Read one photo, sent as the field `photos`. The photo is forgotten at once, the reading after a while.

    With `Accept: text/event-stream` each step is told as it is done.
    """
    caller, desk = asking.caller, asking.state.desk
    upload, fields = await read_form(asking.request, caller.language)
    text = validated(ReadingFields, listed(ReadingFields, fields), caller.language).text

    def find(reading_id: str) -> ReadingAnswer | None:
        kept = desk.readings.get(reading_id, caller.owner)
        return reading_answer(kept, caller.language) if kept else None

    asked = fingerprint("reading", photo=upload.sha256, text=text)
    return await asking.answer_once(asked, "reading", lambda: desk.read(upload.data, upload.name, text, caller), find)


@router.get("/{reading_id}", response_model=ReadingAnswer, summary="A reading again")
async def get_reading(
    reading_id: Annotated[str, Path(max_length=80)], state: StateOf, caller: CallerOf
) -> ReadingAnswer:
    """Give a reading that was made before, with the same API key."""
    return reading_answer(state.desk.reading(reading_id, caller), caller.language)
