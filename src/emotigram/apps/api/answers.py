"""How the OpenAPI document tells what routes take and answer."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from emotigram.apps.api.forms import MOST_PHOTOS
from emotigram.apps.http.problems import MEDIA_TYPE
from emotigram.schemas.problem import Problem

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
    """The OpenAPI words on a multipart body: photos and fields."""
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _form(fields)}}}}


def form_or_json_body(fields: type[BaseModel], body: type[BaseModel]) -> dict[str, Any]:
    """The OpenAPI words on a body that is either JSON or a multipart body with photos."""
    said = form_body(fields)
    schema = {"$ref": f"#/components/schemas/{body.__name__}"}
    said["requestBody"]["content"] = {"application/json": {"schema": schema}, **said["requestBody"]["content"]}
    return said


def _form(fields: type[BaseModel]) -> dict[str, Any]:
    schema = fields.model_json_schema()
    photo = {"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"}
    photo["description"] = "JPEG, PNG, WebP, HEIC, GIF, TIFF or BMP."
    photos = {"type": "array", "items": photo, "minItems": 1, "maxItems": MOST_PHOTOS}
    return schema | {"properties": {"photos": photos, **schema["properties"]}, "required": ["photos"]}


def with_components(document: dict[str, Any], *models: type[BaseModel]) -> dict[str, Any]:
    """The OpenAPI document with models that only its text names."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    named: tuple[type[BaseModel], ...] = (Problem, *models)
    for model in named:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= schema.pop("$defs", {}) | {model.__name__: schema}
    return document
