"""Whatever is sent, the answer is one that the OpenAPI document promises, and never a fault of ours."""

from __future__ import annotations

from pathlib import Path

import httpx2
import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, given
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.properties import tried

PROMISES = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = [
    ("GET", "/healthz"),
    ("GET", "/metrics"),
    ("GET", "/readyz"),
    ("GET", "/v1/engines"),
    ("GET", "/v1/languages"),
    ("GET", "/v1/looks"),
    ("GET", "/v1/platforms"),
    ("GET", "/v1/posts/{post_id}"),
    ("GET", "/v1/readings/{reading_id}"),
    ("GET", "/v1/revisions"),
    ("GET", "/v1/styles"),
    ("POST", "/v1/posts"),
    ("POST", "/v1/readings"),
]
_settings = hypothesis.settings(tried(0.15), suppress_health_check=list(HealthCheck))


def schema_of(client: httpx2.Client) -> schemathesis.BaseSchema:
    schema = schemathesis.openapi.from_dict(client.get("/openapi.json").json())
    schema.config.update(base_url=str(client.base_url))
    return schema


def test_every_address_is_tried(client: httpx2.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert sorted((method.upper(), path) for path in paths for method in paths[path]) == sorted(OPERATIONS)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_answer_is_as_promised(client: httpx2.Client, method: str, path: str, mode: GenerationMode) -> None:
    operation = schema_of(client)[path][method]

    @_settings
    @given(case=operation.as_strategy(generation_mode=mode))
    def answers(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=PROMISES)

    try:
        answers()
    except hypothesis.errors.Unsatisfiable:  # an operation without anything to get wrong
        assert mode is GenerationMode.NEGATIVE


@pytest.mark.parametrize("path", ["/v1/posts", "/v1/readings"])
def test_a_real_photo_with_any_fields(client: httpx2.Client, china: Path, path: str) -> None:
    reading = client.post("/v1/readings", files={"photos": china.read_bytes()}).json()["id"]
    known = {"photos": china.read_bytes(), "reading_id": reading, "platform": "x", "language": "zh", "style": "plain"}

    @_settings
    @given(case=schema_of(client)[path]["POST"].as_strategy())
    def answers(case: schemathesis.Case) -> None:
        if isinstance(case.body, dict):
            case.body.update({name: known[name] for name in case.body if name in known})
        case.call_and_validate(checks=PROMISES)

    answers()
