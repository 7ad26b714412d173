"""Posts written by a chat model: DeepSeek or any other OpenAI-compatible server. The photo itself is never sent."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import reduce
from operator import add

from openai.types import CompletionUsage

from emotigram.chat.client import ASKS, ChatClient
from emotigram.chat.deadline import Deadline
from emotigram.chat.messages import Message, text_of
from emotigram.chat.server import ChatServer, find_server, keyless
from emotigram.chat.usage import Account, tokens
from emotigram.domain import Brief, Candidate, Check, Draft, Plan, Usage
from emotigram.errors import ChatBlank
from emotigram.giving_up import stop_event
from emotigram.ports import Writer
from emotigram.settings import Settings
from emotigram.writers.chat.answer import draft_so_far, whole_drafts
from emotigram.writers.chat.prompt import repair_messages, system_message, write_messages

_NOT_READABLE = "That was not the one json object asked for, with a text in each post. Answer again, with it alone."
_GROWTH = 1.02  # between two looks at an answer: one at every piece would take time by the square of its length
# How many times as long as the platform prints a field is finished: markup, links and emoji count less there.
_SPARE = 4
_LEAST = 1_000  # characters
_ANSWER_OVERHEAD = 60  # tokens a post of JSON, hashtags and alt text


def open_writer(settings: Settings) -> ChatWriter:
    """Return the writer that the settings ask for; raises KeyMissing, PriceUnknown, SettingsError or UnknownName."""
    return ChatWriter(find_server(settings), settings)


def plan(brief: Brief, settings: Settings) -> Plan:
    """Return what writing a post would send; sends nothing and needs no key. Raises SettingsError or UnknownName."""
    server, messages = find_server(keyless(settings)), write_messages(brief)
    told = tuple((str(message["role"]), text_of(message)) for message in messages)
    return Plan(server.name, server.model, told, Account(server).estimate(messages, _answer_tokens(brief)))


class ChatWriter(Writer):
    """Writes by streaming one JSON answer with all candidates; what it spends is kept within the budget."""

    def __init__(self, server: ChatServer, settings: Settings) -> None:
        self.name = f"chat:{server.model}"
        self.rules = system_message()
        self._server = server
        self._client = ChatClient(server, settings)
        self._timeout_s = settings.timeout_s
        self._account = Account(server, settings.budget)

    def __repr__(self) -> str:
        return f"ChatWriter({self.name!r}, {self._server.name!r})"

    def write(self, brief: Brief) -> Iterator[Draft]:
        """Yield the first candidate as it grows, then all whole. Raises ChatError."""
        yield from self._answered(brief, write_messages(brief), 0)

    def repair(self, brief: Brief, candidate: Candidate, faults: Sequence[Check]) -> Iterator[Draft]:
        """Yield one candidate more, asked for with what is wrong with the best so far. Raises ChatError."""
        yield from self._answered(brief, repair_messages(brief, candidate, faults), brief.candidates)

    def _answered(self, brief: Brief, messages: list[Message], first: int) -> Iterator[Draft]:
        deadline, used = Deadline(self._timeout_s, stop_event()), list[Usage]()
        for _ in range(ASKS):
            self._account.allow(messages, _answer_tokens(brief))
            answer = yield from self._ask(brief, messages, deadline, first, used)
            try:
                drafts = whole_drafts(answer)
            except ValueError:
                messages = _asked_again(messages, answer)
                continue
            fitted = [replace(_fitted(draft, brief), candidate=first + at) for at, draft in enumerate(drafts)]
            yield from fitted[:-1]
            yield replace(fitted[-1], usage=reduce(add, used))
            return
        raise ChatBlank(provider=self._server.name)

    def _ask(
        self, brief: Brief, messages: list[Message], deadline: Deadline, first: int, used: list[Usage]
    ) -> Generator[Draft, None, str]:
        answer, shown, read = "", Draft(), 0
        reported: list[CompletionUsage] = []
        try:
            with closing(self._client.pieces(messages, deadline, reported)) as pieces:
                for piece in pieces:
                    answer += piece
                    if len(answer) < read * _GROWTH:
                        continue
                    read = len(answer)
                    draft = _fitted(draft_so_far(answer), brief)
                    if draft not in (shown, Draft()):
                        yield replace(draft, candidate=first)
                        shown = draft
        finally:
            if answer or reported:  # what was answered is paid for, even where nobody waited for its end
                used.append(self._account.book(next(iter(reported), None), messages, answer))
        return answer


def _asked_again(messages: list[Message], answer: str) -> list[Message]:
    """The same again where nothing came, or with what is wrong with what came."""
    if not answer.strip():
        return messages
    return [*messages, {"role": "assistant", "content": answer}, {"role": "user", "content": _NOT_READABLE}]


def _answer_tokens(brief: Brief) -> int:
    """About how many tokens the candidates will have: each as long as reads well at most."""
    _, most = brief.aimed_length
    sign = "字" if brief.language.lengths_like == "zh" else "a"
    return brief.candidates * (tokens(sign * most) + _ANSWER_OVERHEAD)


def _fitted(draft: Draft, brief: Brief) -> Draft:
    """What of a draft the platform could print, and enough more that its checks find it too long."""
    platform = brief.platform
    return replace(
        draft,
        title=draft.title[: _SPARE * platform.title_limit],
        text=draft.text[: max(_SPARE * platform.text_limit, _LEAST)] if platform.text_limit else draft.text,
        hashtags=tuple(hashtag[:_LEAST] for hashtag in draft.hashtags),
        alt_text=draft.alt_text[: max(_SPARE * platform.alt_text_limit, _LEAST)],
    )
