"""Our own writers keep what every writer promises."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from emotigram.assembly import load_engine
from emotigram.ports import Writer
from emotigram.settings import load_settings
from emotigram.testing.chat_server import ChatReply, ChatRequest, FakeProvider
from emotigram.testing.writers import WriterContract

POST = {
    "title": "A day at the beach",
    "text": "I am so happy today, what a wonderful day at the beach with this good dog, I love it!",
    "hashtags": ["dog", "beach"],
}


def _answer_to(request: ChatRequest) -> ChatReply:
    return ChatReply([json.dumps({"posts": [POST, {**POST, "title": "A good dog"}]})])


@pytest.fixture(scope="module", params=["embedded", "chat"])
def writer(request: pytest.FixtureRequest) -> Iterator[Writer]:
    with FakeProvider(reply=_answer_to) as server:
        yield load_engine("writer", request.param, load_settings(base_url=f"{server.url}/v1", api_key="k"))


class TestWriters(WriterContract):
    pass
