"""Errors as RFC 9457 problem details, in the caller's language; the only place that knows HTTP statuses of errors."""

from __future__ import annotations

import math

from starlette.requests import Request
from starlette.responses import JSONResponse

from emotigram import errors
from emotigram.apps.http.languages import language_of
from emotigram.errors import EmotiGramError
from emotigram.texts import say

MEDIA_TYPE = "application/problem+json"
# The most special class of an error that stands here decides.
STATUSES: dict[type[EmotiGramError], int] = {
    EmotiGramError: 500,
    errors.SettingsError: 422,
    errors.KeysUnreadable: 503,
    errors.PhotoError: 422,
    errors.PhotoNotAnImage: 415,
    errors.PhotoTooLarge: 413,
    errors.EngineError: 503,
    errors.ChatError: 503,
    errors.ChatRejected: 502,
    errors.ChatRedirected: 502,
    errors.ChatTooLong: 502,
    errors.VisionMissing: 502,
    errors.ChatDown: 502,
    errors.ChatBlank: 502,
    errors.PostUnfit: 502,
    errors.ChatStalled: 504,
    errors.RequestMalformed: 422,
    errors.ContentTypeWrong: 415,
    errors.HttpMalformed: 400,
    errors.HeadersTooLarge: 431,
    errors.RequestTooLarge: 413,
    errors.UploadTooSlow: 408,
    errors.TooManyPhotos: 422,
    errors.ApiKeyMissing: 401,
    errors.ApiKeyUnknown: 401,
    errors.ApiKeyRevoked: 401,
    errors.OriginRefused: 403,
    errors.HostRefused: 421,
    errors.AddressUnknown: 404,
    errors.MethodWrong: 405,
    errors.ReadingUnknown: 404,
    errors.PostUnknown: 404,
    errors.IdempotencyKeyReused: 422,
    errors.IdempotencyKeyBusy: 409,
    errors.RateExceeded: 429,
    errors.TooManyConnections: 429,
    errors.QueueFull: 503,
    errors.RequestTimedOut: 504,
    errors.ShuttingDown: 503,
    errors.InternalFault: 500,
}
RETRY_S = 2  # about as long as a full queue takes to empty with the embedded engines


def status_of(error: EmotiGramError) -> int:
    """The HTTP status that an error answers with."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def problem(error: EmotiGramError, language: str, request_id: str) -> dict[str, object]:
    """The problem details of an error."""
    return {
        "type": f"urn:emotigram:problem:{error.code}",
        "title": say(f"api.titles.{status_of(error)}", language),
        "status": status_of(error),
        "detail": error.message(language),
        "hint": error.hint(language),
        "instance": f"urn:emotigram:request:{request_id}",
        "code": error.code,
        "retryable": error.retryable,
    }


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
    content = problem(error, language, request_id)
    return JSONResponse(content, status, headers, MEDIA_TYPE)
