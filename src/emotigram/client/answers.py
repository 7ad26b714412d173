"""What both clients share about a server: how it is addressed, what its answers mean and when to ask again."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx2
from pydantic import SecretStr, ValidationError

from emotigram import __version__
from emotigram.client.calls import Answer, Call
from emotigram.errors import ServerError, ServerRefused, ServerUnreachable
from emotigram.schemas.answers import CaptionsInfo, DraftInfo, PhotosInfo, PostAnswer, ReadingAnswer
from emotigram.schemas.problem import Problem
from emotigram.texts import say

KEY_VARIABLE = "EMOTIGRAM_CLIENT_KEY"
_MOST_PATIENCE_S = 60  # a server that asks to wait longer is not asked again
_CONNECT_S = 10
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_REFUSED_FOR_NOW = (409, 429, 503)
_FINAL = (
    *(httpx2.ReadTimeout, httpx2.WriteTimeout, httpx2.PoolTimeout),  # it was waited for long enough
    *(httpx2.UnsupportedProtocol, httpx2.LocalProtocolError),
)
_EVENTS: dict[str, type[PhotosInfo | CaptionsInfo | ReadingAnswer | DraftInfo | PostAnswer]] = {
    "photos": PhotosInfo,
    "captions": CaptionsInfo,
    "reading": ReadingAnswer,
    "draft": DraftInfo,
    "post": PostAnswer,
}
Error = TypeVar("Error", bound=ServerError)


@dataclass(frozen=True, slots=True)
class RemoteServer:
    """A server as a client knows it; what it answers and what errors say is in ``language``, en or zh."""

    url: str
    key: SecretStr
    language: str
    timeout: float
    retries: int

    @classmethod
    def known_as(cls, url: str, key: str, language: str, timeout: float, retries: int) -> RemoteServer:
        """Take the key from the environment where none is given."""
        secret = SecretStr(key.strip() or os.environ.get(KEY_VARIABLE, "").strip())
        return cls(url.rstrip("/"), secret, language, timeout, retries)

    def options(self) -> dict[str, Any]:
        """How to make the HTTP client; a server of this computer is never asked for through a proxy."""
        headers = {"Accept-Language": self.language, "User-Agent": f"emotigram-python/{__version__}"}
        if self.key.get_secret_value():
            headers["Authorization"] = f"Bearer {self.key.get_secret_value()}"
        return {
            "base_url": self.url,
            "headers": headers,
            "timeout": httpx2.Timeout(self.timeout, connect=min(_CONNECT_S, self.timeout)),
            "trust_env": urlsplit(self.url).hostname not in _LOOPBACK,
        }

    def parsed(self, call: Call[Answer], response: httpx2.Response) -> Answer:
        """The answer; raises ServerRefused where it is none of ours."""
        try:
            return call.parse(response.content)
        except ValidationError as error:
            raise self._foreign(response) from error

    def step(self, event: httpx2.ServerSentEvent, response: httpx2.Response) -> Any:
        """What an event tells, None for one of a later version; raises ServerRefused where it tells of a problem."""
        kind = _EVENTS.get(event.event)
        try:
            if event.event == "problem":
                raise self._problem(Problem.model_validate_json(event.data))
            return kind.model_validate_json(event.data) if kind else None
        except ValidationError as error:
            raise self._foreign(response) from error

    def unreachable(self) -> ServerUnreachable:
        """The error of a server that does not answer, or stops half-way."""
        return _in(self.language, ServerUnreachable(server=self.url))

    def pause_after_failure(self, error: httpx2.TransportError, attempt: int) -> float:
        """Seconds until the call is sent again, after attempt 0, 1, ...; raises ServerUnreachable after the last."""
        if attempt < self.retries and not isinstance(error, _FINAL):
            return _pause(attempt)
        # An error of ours about a header quotes it, and one of them holds the key.
        raise self.unreachable() from None if isinstance(error, httpx2.LocalProtocolError) else error

    def pause_after_refusal(self, response: httpx2.Response, attempt: int) -> float:
        """Seconds until the call is sent again, the server's own where it says; raises ServerRefused otherwise."""
        error = self._refused(response)
        asked = response.headers.get("Retry-After", "")
        seconds = float(asked) if asked.isdecimal() else _pause(attempt)
        is_for_now = error.retryable and response.status_code in _REFUSED_FOR_NOW
        if not is_for_now or attempt >= self.retries or seconds > _MOST_PATIENCE_S:
            raise error
        return seconds

    def _refused(self, response: httpx2.Response) -> ServerRefused:
        try:
            return self._problem(Problem.model_validate_json(response.content))
        except ValidationError:
            return self._foreign(response)

    def _problem(self, problem: Problem) -> ServerRefused:
        error = ServerRefused(
            server=self.url,
            status=problem.status,
            problem=problem.code,
            detail=problem.detail,
            hint=problem.hint,
            retryable=problem.retryable,
        )
        return _in(self.language, error)

    def _foreign(self, response: httpx2.Response) -> ServerRefused:
        """The error of an answer that is not EmotiGram's: of a proxy before it, or of another program."""
        error = ServerRefused(
            server=self.url,
            status=response.status_code,
            problem=response.reason_phrase or "?",
            detail=say("client.foreign", self.language),
            hint=say("errors.server_unreachable.hint", self.language),
            retryable=response.status_code in _REFUSED_FOR_NOW,
        )
        return _in(self.language, error)


def _pause(attempt: int) -> float:
    """Seconds, twice as many each time; not the same for all who were refused at once."""
    return 0.5 * 2.0**attempt * random.uniform(0.5, 1)  # noqa: S311  # nothing secret


def _in(language: str, error: Error) -> Error:
    """The error with its text and its note in a language."""
    error.args, error.__notes__ = (error.message(language),), [error.hint(language)]
    return error


def is_stream(response: httpx2.Response) -> bool:
    """Whether events come; work that was done before, with the same idempotency key, is answered in one piece."""
    return response.headers.get("Content-Type", "").startswith("text/event-stream")
