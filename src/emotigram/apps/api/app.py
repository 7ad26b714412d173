"""The REST API over one studio."""

from __future__ import annotations

from functools import partial
from itertools import takewhile
from typing import Any

from emotigram import __version__
from emotigram.apps.extras import extra_needed

with extra_needed("api"):
    from fastapi import FastAPI, Request, Response
    from fastapi.exceptions import RequestValidationError
    from fastapi.middleware.cors import CORSMiddleware
    from fastapi.openapi.utils import get_openapi
    from fastapi_offline import FastAPIOffline
    from starlette.exceptions import HTTPException
    from starlette.requests import ClientDisconnect
    from starlette.routing import Match

from emotigram.apps.api import choices, health, posts, readings, widget
from emotigram.apps.api.answers import with_components
from emotigram.apps.api.envelope import Envelope
from emotigram.apps.api.forms import faults_in_words
from emotigram.apps.api.state import ApiState, new_state
from emotigram.apps.http.body_limits import BodyLimits
from emotigram.apps.http.client_limits import ClientLimits
from emotigram.apps.http.languages import language_of
from emotigram.apps.http.origins import Origins
from emotigram.apps.http.problems import problem_response
from emotigram.apps.http.waiting import CallerLeft
from emotigram.async_studio import AsyncStudio
from emotigram.errors import AddressUnknown, EmotiGramError, MethodWrong, RequestMalformed
from emotigram.schemas.answers import CaptionsInfo, DraftInfo
from emotigram.schemas.requests import PostRequest
from emotigram.texts import interface_language, say

_METHOD_WRONG = 405
_CALLER_LEFT = 499  # nginx's status for it; nobody is there to see it


def build_api(studio: AsyncStudio) -> FastAPI:
    """Build the API; whoever serves it closes the studio. Raises SettingsError."""
    state = new_state(studio)
    language = interface_language(state.settings.interface)
    app = FastAPIOffline(
        title=say("api.title", language),
        description=say("api.description", language),
        version=__version__,
        redoc_url=None,
        swagger_ui_parameters={"validatorUrl": None, "tryItOutEnabled": True},
    )
    app.state.api = state
    for routes in (readings, posts, choices, health, widget):
        app.include_router(routes.router)
    app.add_api_route("/v1", _nothing_here, methods=_METHODS, include_in_schema=False)
    app.add_api_route("/v1/{path:path}", _nothing_here, methods=_METHODS, include_in_schema=False)
    _handle_errors(app)
    app.add_middleware(BodyLimits, settings=state.settings)
    app.add_middleware(Origins, settings=state.settings)
    app.add_middleware(ClientLimits, settings=state.settings)
    app.add_middleware(Envelope, metrics=state.metrics)
    if state.settings.cors_origins:  # around all others, so that pages can read whatever they are faults_in_words
        app.add_middleware(CORSMiddleware, allow_origins=state.settings.cors_origins, **_CORS)
    app.openapi = partial(_document, app)  # type: ignore[method-assign]
    return app


_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
_CORS: dict[str, Any] = {
    "allow_methods": ["GET", "POST"],
    "allow_headers": ["Authorization", "X-API-Key", "Idempotency-Key", "X-Request-ID", "Content-Type"],
    "expose_headers": [
        *("Location", "Retry-After", "X-Request-ID", "Idempotent-Replayed"),
        *("RateLimit", "RateLimit-Policy"),
    ],
}


def _handle_errors(app: FastAPI) -> None:
    @app.exception_handler(EmotiGramError)
    async def ours(request: Request, error: EmotiGramError) -> Response:
        return problem_response(error, request)

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> Response:
        return problem_response(RequestMalformed(detail=faults_in_words(error.errors(), language_of(request))), request)

    @app.exception_handler(ClientDisconnect)  # while the body was still coming
    @app.exception_handler(CallerLeft)
    async def left(_: Request, __: Exception) -> Response:
        return Response(status_code=_CALLER_LEFT)

    @app.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> Response:
        is_method = error.status_code == _METHOD_WRONG
        kind = MethodWrong(method=request.method) if is_method else AddressUnknown(path=request.url.path)
        answer = problem_response(kind, request)
        answer.headers.update(error.headers or {})
        return answer


async def _nothing_here(request: Request) -> Response:
    """Answer for addresses under /v1 that are none, so that the page mounted at / does not."""
    ours = [*takewhile(lambda route: getattr(route, "endpoint", None) is not _nothing_here, request.app.routes)]
    scopes = {method: {**request.scope, "method": method} for method in _METHODS}
    taken = [name for name, scope in scopes.items() if any(each.matches(scope)[0] is Match.FULL for each in ours)]
    if not taken:
        raise AddressUnknown(path=request.url.path)
    answer = problem_response(MethodWrong(method=request.method), request)
    answer.headers["Allow"] = ", ".join(taken)
    return answer


def _document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document; it says that keys are optional for as long as nobody has made one."""
    state: ApiState = app.state.api
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    if not state.doorkeeper.asks_for_keys:
        for operation in (each for path in document["paths"].values() for each in path.values()):
            if "security" in operation:
                operation["security"].append({})
    return with_components(document, PostRequest, CaptionsInfo, DraftInfo)
