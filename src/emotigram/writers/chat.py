"""Posts written by a chat model: DeepSeek or any other OpenAI-compatible server. The photo itself is never sent."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace

import httpx2
import openai
from openai.types.chat import ChatCompletionMessageParam

from emotigram.domain import Brief, Draft
from emotigram.errors import (
    BalanceEmpty,
    ChatBlank,
    ChatBusy,
    ChatDown,
    ChatError,
    ChatRejected,
    ChatStalled,
    KeyRefused,
)
from emotigram.settings import Settings
from emotigram.writers.chat_answer import draft_so_far, whole_draft
from emotigram.writers.chat_deadline import Deadline
from emotigram.writers.chat_prompt import request_message, system_message
from emotigram.writers.chat_server import ChatServer, find_server

_ASKS = 2  # an answer can be blank although all went well; DeepSeek's documentation advises to ask again
_DETAIL_LENGTH = 200  # characters of a provider's own explanation that still read as one line


def build(settings: Settings) -> ChatWriter:
    """Return the writer that the settings ask for; raises KeyMissing, SettingsError or UnknownName."""
    return ChatWriter(find_server(settings), settings)


class ChatWriter:
    """Writes by streaming one JSON answer; HTTP failures are retried by the client library alone."""

    def __init__(self, server: ChatServer, settings: Settings) -> None:
        self.name = f"chat:{server.model}"
        self._server = server
        self._settings = settings

    def __repr__(self) -> str:
        return f"ChatWriter({self.name!r}, {self._server.name!r})"

    def write(self, brief: Brief) -> Iterator[Draft]:
        """Yield the draft as it grows; the last one is whole. Raises ChatError."""
        deadline = Deadline(self._settings.timeout_s)
        for _ in range(_ASKS):
            draft = yield from self._ask(brief, deadline)
            if draft:
                yield draft
                return
        raise ChatBlank(provider=self._server.name)

    def _ask(self, brief: Brief, deadline: Deadline) -> Generator[Draft, None, Draft | None]:
        answer, shown = "", Draft()
        with closing(self._pieces(brief, deadline)) as pieces:
            for piece in pieces:
                answer += piece
                draft = _fitted(draft_so_far(answer), brief)
                if draft not in (shown, Draft()):
                    yield draft
                    shown = draft
        try:
            return _fitted(whole_draft(answer), brief)
        except ValueError:
            return None

    def _pieces(self, brief: Brief, deadline: Deadline) -> Generator[str, None, None]:
        finished = False
        try:
            with self._client(deadline) as client, self._open(client, brief) as chunks:
                for chunk in chunks:
                    for choice in chunk.choices or ():
                        finished = finished or choice.finish_reason is not None
                        if choice.delta and choice.delta.content:
                            yield choice.delta.content
        except (openai.APIError, httpx2.HTTPError) as error:
            # A provider may quote the key it refused: such a text is not chained.
            cause = None if self._server.key.get_secret_value() in str(error) else error
            raise self._chat_error(error, deadline) from cause
        except ValueError as error:  # an event that is not JSON
            raise ChatBlank(provider=self._server.name) from error
        if not finished:  # a connection that just ends looks like a complete answer to the client library
            raise ChatDown(provider=self._server.name)

    def _client(self, deadline: Deadline) -> openai.OpenAI:
        return openai.OpenAI(
            api_key=self._server.key.get_secret_value(),
            base_url=self._server.base_url,
            max_retries=self._settings.retries,
            timeout=self._settings.stall_s,
            http_client=openai.DefaultHttpxClient(
                trust_env=not self._server.is_local,
                event_hooks={"request": [deadline.limit], "response": [deadline.guard]},
            ),
        )

    def _open(self, client: openai.OpenAI, brief: Brief) -> openai.Stream[openai.types.chat.ChatCompletionChunk]:
        messages: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": system_message()},
            {"role": "user", "content": request_message(brief)},
        ]
        return client.chat.completions.create(
            model=self._server.model,
            messages=messages,
            stream=True,
            response_format={"type": "json_object"} if self._server.supports_json else openai.omit,
            extra_body=dict(self._server.extra_body),
        )

    def _chat_error(self, error: Exception, deadline: Deadline) -> ChatError:
        name = self._server.name
        match error:
            case openai.APITimeoutError() | httpx2.TimeoutException():
                passed = deadline.left_s <= 0
                return ChatStalled(provider=name, seconds=deadline.seconds if passed else self._settings.stall_s)
            case openai.APIStatusError(status_code=401 | 403):
                return KeyRefused(provider=name)
            case openai.APIStatusError(status_code=402):
                return BalanceEmpty(provider=name)
            case openai.APIStatusError(status_code=429):
                return ChatBusy(provider=name)
            case openai.APIStatusError(status_code=status) if status < 500:
                return ChatRejected(provider=name, detail=self._detail(error))
            case _:
                return ChatDown(provider=name)

    def _detail(self, error: openai.APIStatusError) -> str:
        body = error.body if isinstance(error.body, dict) else {}
        said = " ".join(str(body.get("message") or "").split())
        text = said.replace(self._server.key.get_secret_value(), "***")[:_DETAIL_LENGTH]
        return f"HTTP {error.status_code} {text}".strip()


def _fitted(draft: Draft, brief: Brief) -> Draft:
    return draft if brief.platform.title_limit else replace(draft, title="")
