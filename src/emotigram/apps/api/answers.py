"""How routes answer, and how the OpenAPI document says so."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Header, Request, Response
from pydantic import BaseModel
from starlette.responses import JSONResponse

from emotigram.apps.api.events import streamed
from emotigram.apps.api.state import ApiState
from emotigram.apps.desk.caller import Caller
from emotigram.apps.desk.steps import Steps, last
from emotigram.apps.http.problems import MEDIA_TYPE
from emotigram.apps.http.waiting import Patience
from emotigram.schemas import Problem

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        description="Any word of the caller's: the same request sent again with it is not done again.",
        examples=["0d0c3c1e-5b1f-4b53-8a55-6f2a8f3b1c11"],
    ),
]
_SAID = {
    400: "The request is not HTTP as it should be",
    401: "An API key is missing, unknown or revoked",
    403: "Pages of that site may not use this server",
    404: "There is no such thing, or it was forgotten",
    405: "The address does not take the method",
    408: "The request arrived too slowly",
    409: "The first request with the idempotency key is still being answered",
    413: "The request or its photo is too large",
    415: "Neither a photo nor a body that is taken here",
    421: "The server does not answer to that name",
    422: "The request, or its photo, cannot be used",
    429: "The API key, or the address, asked more often than it may",
    431: "The headers are too large",
    500: "A bug of ours",
    502: "The chat provider failed",
    503: "As many wait as may, or the server is being stopped",
    504: "The answer was not ready in time",
}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": said, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for status, said in _SAID.items()
}


async def answer(steps: Steps, request: Request, state: ApiState, caller: Caller, *, wants_events: bool) -> Response:
    """Answer with all steps as events, or with what the last one made."""
    patience = Patience(request, state.settings, state.ending)
    if wants_events:
        return await streamed(steps, patience, caller.language, request.state.request_id)
    return _created(await patience.answer(last(steps)), request)


def replay(made: dict[str, object], request: Request) -> Response:
    """Answer a request that was sent again with what it made before."""
    answered = _created(made, request)
    answered.headers["Idempotent-Replayed"] = "true"
    return answered


def _created(made: dict[str, object], request: Request) -> Response:
    return JSONResponse(made, 201, {"Location": f"{request.url.path}/{made['id']}"})


def events_too(names: str) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI words on an answer that may also come as events, then with status 200."""
    said = f"Server-sent events, each with JSON data: {names}; problem where it went wrong on the way."
    return {
        200: {
            "description": "Steps as they are done",
            "content": {"text/event-stream": {"schema": {"type": "string", "description": said}}},
        }
    }


def form_body(fields: type[BaseModel]) -> dict[str, Any]:
    """The OpenAPI words on a multipart body: a photo and fields."""
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _form(fields)}}}}


def form_or_json_body(fields: type[BaseModel], body: type[BaseModel]) -> dict[str, Any]:
    """The OpenAPI words on a body that is either JSON or a multipart body with a photo."""
    said = form_body(fields)
    schema = {"$ref": f"#/components/schemas/{body.__name__}"}
    said["requestBody"]["content"] = {"application/json": {"schema": schema}, **said["requestBody"]["content"]}
    return said


def _form(fields: type[BaseModel]) -> dict[str, Any]:
    schema = fields.model_json_schema()
    photo = {"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"}
    photo["description"] = "JPEG, PNG, WebP, HEIC, GIF, TIFF or BMP."
    return schema | {"properties": {"photo": photo, **schema["properties"]}, "required": ["photo"]}


def with_components(document: dict[str, Any], *models: type[BaseModel]) -> dict[str, Any]:
    """The OpenAPI document with models that only its text names."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    named: tuple[type[BaseModel], ...] = (Problem, *models)
    for model in named:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= schema.pop("$defs", {}) | {model.__name__: schema}
    return document
