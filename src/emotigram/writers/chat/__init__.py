"""Posts written by a chat model: DeepSeek or any other OpenAI-compatible server. The photo itself is never sent."""

from __future__ import annotations

import os

from emotigram import catalogue
from emotigram.domain import Note
from emotigram.engines import Engine
from emotigram.errors import ChatError
from emotigram.ports import Writer
from emotigram.settings import Settings


def build(settings: Settings) -> Writer:
    """Open the engine; raises EmotiGramError."""
    from emotigram.writers.chat.writer import open_writer  # noqa: PLC0415  # the chat library is slow to load

    return open_writer(settings)


def _missing(settings: Settings) -> ChatError | None:
    from emotigram.chat.server import find_server  # noqa: PLC0415

    try:
        find_server(settings)
    except ChatError as error:
        return error
    return None


def _suits(settings: Settings) -> bool | Note:
    """Where a provider could be asked: a key is set, another server is named, or the provider's own needs no key."""
    key_env = catalogue.provider(settings.provider).key_env
    has_key = bool(settings.api_key.get_secret_value() or os.environ.get(key_env or " "))
    if has_key or settings.base_url or not key_env:
        return True
    return Note("no_key", {"key_env": key_env})


ENGINE = Engine(
    names={"en": "write posts with a chat model", "zh": "用聊天模型撰写文案"},
    build=build,
    missing=_missing,
    suits=_suits,
    rank=1,
)
