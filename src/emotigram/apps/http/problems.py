"""Errors as RFC 9457 problem details, in the caller's language; the only place that knows HTTP statuses of errors."""

from __future__ import annotations

import math

from starlette.requests import Request
from starlette.responses import JSONResponse

from emotigram import errors
from emotigram.apps.http.languages import language_of
from emotigram.errors import EmotiGramError
from emotigram.schemas.problem import Problem
from emotigram.texts import say

MEDIA_TYPE = "application/problem+json"
_BY_STATUS: dict[int, tuple[type[EmotiGramError], ...]] = {
    400: (errors.HttpMalformed,),
    401: (errors.ApiKeyMissing, errors.ApiKeyUnknown, errors.ApiKeyRevoked),
    403: (errors.OriginRefused,),
    404: (errors.AddressUnknown, errors.ReadingUnknown, errors.PostUnknown),
    405: (errors.MethodWrong,),
    408: (errors.UploadTooSlow,),
    409: (errors.IdempotencyKeyBusy,),
    413: (errors.PhotoTooLarge, errors.RequestTooLarge),
    415: (errors.PhotoNotAnImage, errors.ContentTypeWrong),
    421: (errors.HostRefused,),
    422: (errors.SettingsError, errors.PhotoError, errors.RequestError),
    429: (errors.RateExceeded, errors.TooManyConnections),
    431: (errors.HeadersTooLarge,),
    500: (EmotiGramError, errors.InternalFault),
    502: (
        errors.ChatRejected,
        errors.ChatRedirected,
        errors.ChatTooLong,
        errors.ChatDown,
        errors.ChatBlank,
        errors.VisionMissing,
        errors.PostUnfit,
    ),
    503: (errors.EngineError, errors.ChatError, errors.KeysUnreadable, errors.QueueFull, errors.ShuttingDown),
    504: (errors.ChatStalled, errors.RequestTimedOut),
}
# The most special class of an error that stands here decides.
STATUSES = {kind: status for status, kinds in _BY_STATUS.items() for kind in kinds}
RETRY_S = 2  # about as long as a full queue takes to empty with the embedded engines


def status_of(error: EmotiGramError) -> int:
    """The HTTP status that an error answers with."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def problem(error: EmotiGramError, language: str, request_id: str) -> Problem:
    """The problem details of an error."""
    return Problem(
        type=f"urn:emotigram:problem:{error.code}",
        title=say(f"api.titles.{status_of(error)}", language),
        status=status_of(error),
        detail=error.message(language),
        hint=error.hint(language),
        instance=f"urn:emotigram:request:{request_id}",
        code=error.code,
        retryable=error.retryable,
    )


def problem_response(error: EmotiGramError, request: Request) -> JSONResponse:
    """Answer a request with an error; says when to try again where that helps."""
    language, status = language_of(request), status_of(error)
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if error.retryable and status in (409, 429, 503):
        seconds = error.values.get("seconds", RETRY_S)
        headers["Retry-After"] = str(max(1, math.ceil(float(str(seconds)))))
    request.state.problem = error.code
    request_id = getattr(request.state, "request_id", "none")  # addresses outside the API get none
    content = problem(error, language, request_id).model_dump()
    return JSONResponse(content, status, headers, MEDIA_TYPE)
