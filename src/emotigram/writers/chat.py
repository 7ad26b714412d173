"""Posts written by a chat model: DeepSeek or any other OpenAI-compatible server. The photo itself is never sent."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace

from emotigram.chat.client import ASKS, ChatClient, Message
from emotigram.chat.deadline import Deadline
from emotigram.chat.server import ChatServer, find_server
from emotigram.domain import Brief, Draft
from emotigram.errors import ChatBlank
from emotigram.settings import Settings
from emotigram.writers.chat_answer import draft_so_far, whole_draft
from emotigram.writers.chat_prompt import request_message, system_message


def build(settings: Settings) -> ChatWriter:
    """Return the writer that the settings ask for; raises KeyMissing, SettingsError or UnknownName."""
    return ChatWriter(find_server(settings), settings)


class ChatWriter:
    """Writes by streaming one JSON answer."""

    def __init__(self, server: ChatServer, settings: Settings) -> None:
        self.name = f"chat:{server.model}"
        self._server = server
        self._client = ChatClient(server, settings)
        self._timeout_s = settings.timeout_s

    def __repr__(self) -> str:
        return f"ChatWriter({self.name!r}, {self._server.name!r})"

    def write(self, brief: Brief) -> Iterator[Draft]:
        """Yield the draft as it grows; the last one is whole. Raises ChatError."""
        deadline = Deadline(self._timeout_s)
        for _ in range(ASKS):
            draft = yield from self._ask(brief, deadline)
            if draft:
                yield draft
                return
        raise ChatBlank(provider=self._server.name)

    def _ask(self, brief: Brief, deadline: Deadline) -> Generator[Draft, None, Draft | None]:
        answer, shown = "", Draft()
        with closing(self._client.pieces(_messages(brief), deadline)) as pieces:
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


def _messages(brief: Brief) -> list[Message]:
    return [{"role": "system", "content": system_message()}, {"role": "user", "content": request_message(brief)}]


def _fitted(draft: Draft, brief: Brief) -> Draft:
    return draft if brief.platform.title_limit else replace(draft, title="")
