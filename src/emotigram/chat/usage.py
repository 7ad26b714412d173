"""What asking a chat model costs: tokens counted by the provider or estimated, prices, a budget."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import regex
from openai.types import CompletionUsage

from emotigram.chat.messages import Message, text_of
from emotigram.chat.server import ChatServer
from emotigram.domain import Price, Usage
from emotigram.errors import BudgetSpent, PriceUnknown

# DeepSeek's rule of thumb, https://api-docs.deepseek.com/quick_start/token_usage; other tokenizers differ a little.
_TOKENS_A_CHARACTER = 0.3
_TOKENS_A_CHINESE_CHARACTER = 0.6
_TOKENS_A_MESSAGE = 4  # its role and its ends
_WIDE = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
_PER = 1_000_000  # tokens that a price is of
_MOST_TOKENS = 1_000_000_000  # of one answer: more than any model can read


@dataclass
class Account:
    """What one writer has spent, and may: ``budget`` is in the price's currency, None for no cap."""

    server: ChatServer
    budget: float | None = None
    spent: float = 0.0

    def __post_init__(self) -> None:
        """Raise PriceUnknown where there is a budget and no price."""
        if self.budget is not None and self.server.price is None:
            raise PriceUnknown(model=self.server.model)

    def allow(self, messages: Sequence[Message], answer_tokens: int) -> None:
        """Raise BudgetSpent where a request, as estimated, would exceed the budget."""
        cost = self.estimate(messages, answer_tokens).cost
        if self.budget is not None and cost is not None and self.spent + cost > self.budget:
            values = {"spent": f"{self.spent:.4g}", "budget": f"{self.budget:.4g}", "currency": self._currency}
            raise BudgetSpent(provider=self.server.name, **values)

    def estimate(self, messages: Sequence[Message], answer_tokens: int) -> Usage:
        """What a request would use, nothing of it found in the provider's cache."""
        return self._usage(prompt_tokens(messages), 0, answer_tokens, is_estimate=True)

    def book(self, reported: CompletionUsage | None, messages: Sequence[Message], answer: str) -> Usage:
        """What an answer has used, as the provider counted or, where it did not, as estimated; adds its cost."""
        if reported is None or not _is_believable(reported):
            used = self._usage(prompt_tokens(messages), 0, tokens(answer), is_estimate=True)
        else:
            used = self._usage(reported.prompt_tokens, _cached(reported), reported.completion_tokens)
        self.spent += used.cost or 0.0
        return used

    def _usage(self, prompt: int, cached: int, answer: int, is_estimate: bool = False) -> Usage:
        price = self.server.price
        cost = None if price is None else cost_of(price, prompt, cached, answer, datetime.now().astimezone())
        return Usage(prompt, cached, answer, cost, self._currency, is_estimate)

    @property
    def _currency(self) -> str:
        return self.server.price.currency if self.server.price else ""


def cost_of(price: Price, prompt: int, cached: int, answer: int, at: datetime) -> float:
    """Cost in the price's currency of an answer asked for at a moment (with a time zone)."""
    base = ((prompt - cached) * price.prompt + cached * price.cached + answer * price.answer) / _PER
    return base * (price.peak.factor if price.peak and _is_peak(price, at) else 1)


def tokens(text: str) -> int:
    """About how many tokens a text has."""
    wide = len(_WIDE.findall(text))
    return math.ceil(wide * _TOKENS_A_CHINESE_CHARACTER + (len(text) - wide) * _TOKENS_A_CHARACTER)


def prompt_tokens(messages: Sequence[Message]) -> int:
    """About how many tokens messages have, photos left out."""
    return sum(tokens(text_of(message)) + _TOKENS_A_MESSAGE for message in messages)


def _is_peak(price: Price, at: datetime) -> bool:
    assert price.peak is not None
    there = at.astimezone(ZoneInfo(price.peak.timezone))
    return there.weekday() in price.peak.days and any(start <= there.hour < end for start, end in price.peak.hours)


def _is_believable(reported: CompletionUsage) -> bool:
    """Whether the counts are counts: a server may send anything."""
    counts = (getattr(reported, name, None) for name in ("prompt_tokens", "completion_tokens"))
    return all(type(count) is int and 0 <= count <= _MOST_TOKENS for count in counts)


def _cached(reported: CompletionUsage) -> int:
    details = getattr(reported, "prompt_tokens_details", None)
    # DeepSeek tells it under a name of its own
    told = getattr(details, "cached_tokens", None) or getattr(reported, "prompt_cache_hit_tokens", 0)
    return min(max(told, 0), reported.prompt_tokens) if type(told) is int else 0
