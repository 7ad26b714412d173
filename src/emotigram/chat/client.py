"""Asks a chat model for one JSON object, streamed, and says what went wrong."""

from __future__ import annotations

import re
import ssl
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial

import httpx2
import openai
from openai.types import CompletionUsage

from emotigram.alarm import Alarm
from emotigram.chat.deadline import Deadline
from emotigram.chat.limits import MOST_CHARACTERS, Guard
from emotigram.chat.messages import Message
from emotigram.chat.server import ChatServer, vision_missing
from emotigram.editing.cleaning import visible
from emotigram.errors import (
    AddressRefused,
    BalanceEmpty,
    ChatBlank,
    ChatBusy,
    ChatDown,
    ChatError,
    ChatRejected,
    ChatStalled,
    ChatTooLong,
    KeyRefused,
)
from emotigram.hosts import reach_of_peer
from emotigram.settings import Settings

ASKS = 2  # an answer can be blank although all went well; DeepSeek's documentation advises to ask again
_OPENAI = "api.openai.com"
_HEADERS = {
    *("accept", "accept-encoding", "authorization", "connection", "content-length", "content-type", "host"),
    *("user-agent", "x-stainless-retry-count", "transfer-encoding"),
}
_NOWHERE = httpx2.Request("POST", "")  # of a timeout that no request of ours has run into
_DETAIL_LENGTH = 200  # characters of a provider's own explanation that still read as one line
_ENCODED = re.compile(r"[A-Za-z0-9+/=_-]{64,}")  # no word is as long: a photo, quoted back
_BY_STATUS: dict[int, type[ChatError]] = {401: KeyRefused, 402: BalanceEmpty, 403: KeyRefused, 429: ChatBusy}
# How servers and models without vision refuse a photo, with statuses from 400 to 500: DeepSeek's text models, OpenAI,
# vLLM, Ollama, then llama.cpp and LM Studio.
_NO_PHOTOS = re.compile(
    r"unknown variant \W?image_url|image_url is only supported|not a multimodal model|required for image input"
    r"|\b(?:images?|vision)(?: inputs?)? (?:is|are) not support|not support (?:\w+ )?(?:images?|vision)\b",
    re.IGNORECASE,
)


def json_in(answer: str) -> str:
    """The JSON object in an answer that may be fenced or talked around; '' where there is none."""
    return answer[answer.find("{") : answer.rfind("}") + 1]


class ChatClient:
    """A server and how patiently it is asked; HTTP failures are retried by the client library alone.

    ``with_photos``: what it is asked holds photos, so that it may refuse with VisionMissing.
    """

    def __init__(self, server: ChatServer, settings: Settings, with_photos: bool = False) -> None:
        self._server = server
        self._settings = settings
        self._with_photos = with_photos

    def pieces(
        self, messages: Sequence[Message], deadline: Deadline, reported: list[CompletionUsage] | None = None
    ) -> Generator[str, None, None]:
        """Yield the answer as it arrives; closing the generator closes the connection. Raises ChatError.

        AddressRefused, a SettingsError, where a name leads to an address that is never asked. What the provider counts
        of tokens is appended to ``reported``.
        """
        finished, length = False, 0
        try:
            alarm = Alarm(deadline.left_s, self._look_at)
            with alarm, self._client(deadline, alarm) as client, self._answer(client, messages) as chunks:
                for content, is_last, usage in chunks:
                    deadline.check(_NOWHERE)
                    finished = finished or is_last
                    if usage and reported is not None:
                        reported[:] = [usage]
                    length += len(content)
                    if length > MOST_CHARACTERS:
                        raise ChatTooLong(provider=self._server.name)
                    if content:
                        yield content
        except (openai.APIError, httpx2.HTTPError) as error:
            # A provider may quote the key or the photo it refused: such a text is not chained.
            cause = error if self._redacted(str(error)) == str(error) else None
            raise self._chat_error(error, deadline) from cause
        except (ValueError, RecursionError) as error:  # an event that is not JSON, or so deep that nobody can mean it
            raise ChatBlank(provider=self._server.name) from error
        if not finished:  # a connection that just ends looks like a complete answer to the client library
            raise self._cut_short(deadline)

    def _client(self, deadline: Deadline, alarm: Alarm) -> openai.OpenAI:
        key = self._server.key.get_secret_value()
        return openai.OpenAI(
            api_key=key,
            base_url=self._server.base_url,
            max_retries=self._settings.retries,
            timeout=self._settings.stall_s,
            # else another from OPENAI_CUSTOM_HEADERS would go to whatever server this is
            default_headers={"Authorization": f"Bearer {key}", "Accept-Encoding": "identity"},
            http_client=openai.DefaultHttpxClient(
                trust_env=not self._server.is_local,
                verify=_trusted(not self._server.is_local),
                follow_redirects=False,
                event_hooks={
                    "request": [deadline.limit, partial(_watch, alarm), self._without_others_headers],
                    "response": [Guard(self._server.name, deadline)],
                },
            ),
        )

    def _look_at(self, peer: str) -> None:
        """Refuse a name that leads elsewhere than it says, before a key goes there."""
        reach = reach_of_peer(peer)
        if reach == "never" or (self._server.is_here and reach != "here"):
            raise AddressRefused(address=f"{self._server.name} ({peer})")

    def _without_others_headers(self, request: httpx2.Request) -> None:
        """The client library adds headers that the environment names for OpenAI: of them others get nothing."""
        if request.url.host != _OPENAI:
            for name in set(request.headers) - _HEADERS:
                del request.headers[name]

    def _cut_short(self, deadline: Deadline) -> ChatError:
        if deadline.left_s <= 0:
            return ChatStalled(provider=self._server.name, seconds=deadline.seconds)
        return ChatDown(provider=self._server.name)

    @contextmanager
    def _answer(self, client: openai.OpenAI, messages: Sequence[Message]) -> Iterator[Iterable[_Piece]]:
        """The answer in pieces, or in one where the server does not stream."""
        json_only = {"type": "json_object"} if self._server.supports_json else None
        common = {
            "model": self._server.model,
            "messages": messages,
            "response_format": json_only or openai.omit,
            "extra_body": dict(self._server.extra_body),
        }
        if not self._server.supports_stream:
            whole = client.chat.completions.create(**common, stream=False)  # type: ignore[call-overload]
            yield [_whole(whole)]
            return
        options = {"include_usage": True} if self._server.supports_usage else openai.omit
        with client.chat.completions.create(**common, stream=True, stream_options=options) as chunks:  # type: ignore[call-overload]
            yield (piece for chunk in chunks for piece in _pieces_of(chunk))

    def _chat_error(self, error: Exception, deadline: Deadline) -> ChatError:
        name = self._server.name
        if deadline.left_s <= 0:  # whatever else it looks like: its connection was cut
            return self._cut_short(deadline)
        if isinstance(error, openai.APITimeoutError | httpx2.TimeoutException):
            return ChatStalled(provider=name, seconds=self._settings.stall_s)
        status = error.status_code if isinstance(error, openai.APIStatusError) else 0
        if status in _BY_STATUS:
            return _BY_STATUS[status](provider=name)
        said = _said(error) if isinstance(error, openai.APIError) else ""
        if self._with_photos and _NO_PHOTOS.search(said):
            return vision_missing(f"{name} ({self._server.model})")
        if 400 <= status < 500:
            detail = self._redacted(said)[:_DETAIL_LENGTH]
            return ChatRejected(provider=name, detail=f"HTTP {status} {detail}".strip())
        return ChatDown(provider=name)

    def _redacted(self, text: str) -> str:
        return _ENCODED.sub("…", text.replace(self._server.key.get_secret_value(), "***"))


_Piece = tuple[str, bool, CompletionUsage | None]  # content, whether it is the last, what was used


def _pieces_of(chunk: openai.types.chat.ChatCompletionChunk) -> Iterator[_Piece]:
    """What one event says of the first choice, the only one asked for; raises ValueError for another form.

    The client library takes events as they come: any field may be of any type.
    """
    choices = getattr(chunk, "choices", None) or []
    if not isinstance(choices, list):
        raise ValueError("choices are no list")
    for choice in choices[:1]:
        delta = getattr(choice, "delta", None)
        yield _text(getattr(delta, "content", None)), getattr(choice, "finish_reason", None) is not None, None
    usage = getattr(chunk, "usage", None)
    if isinstance(usage, CompletionUsage):
        yield "", False, usage


def _whole(answer: openai.types.chat.ChatCompletion) -> _Piece:
    choices = getattr(answer, "choices", None)
    if not (isinstance(choices, list) and choices):
        raise ValueError("no choice in the answer")
    message, usage = getattr(choices[0], "message", None), getattr(answer, "usage", None)
    is_last = getattr(choices[0], "finish_reason", None) is not None
    return _text(getattr(message, "content", None)), is_last, usage if isinstance(usage, CompletionUsage) else None


def _text(content: object) -> str:
    if content is None:
        return ""
    if not isinstance(content, str):
        raise ValueError("content is no text")
    return content.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # half an emoji is no character


def _watch(alarm: Alarm, request: httpx2.Request) -> None:
    request.extensions["trace"] = alarm.trace


@cache
def _trusted(trust_env: bool) -> ssl.SSLContext:
    """Whom to trust; loading the certificates takes longer than a request to a server nearby."""
    return httpx2.create_ssl_context(trust_env=trust_env)


def _said(error: openai.APIError) -> str:
    """A server's own explanation on one line, '' where it sent none or a web page."""
    body = error.body.get("message") if isinstance(error.body, dict) else error.body
    said = " ".join(visible(body).split()) if isinstance(body, str) else ""
    return "" if said.startswith("<") else said
