"""Words in a photo, a social line or an earlier post are data: nobody obeys them, not even a model that would."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from emotigram import catalogue
from emotigram.domain import Brief, Post, Reading
from emotigram.editing.languages import LEAST_IN_SCRIPT, language_share
from emotigram.publishing.additions import additions
from emotigram.settings import load_settings
from emotigram.studio import Studio
from emotigram.testing.chat_server import ChatReply, FakeProvider
from emotigram.writers import chat
from emotigram.writers.chat.prompt import request_message, system_message
from emotigram.writers.embedded import EmbeddedWriter
from tests.writers.briefs import brief, judge, reading, tag

ATTACKS: list[dict[str, str]] = tomllib.loads((Path(__file__).parent / "injections.toml").read_text("utf-8"))["attacks"]
PLACES = ("photo", "tweet", "past_posts")
HONEST = "今天和狗狗在一起，真的好开心，好幸福，好喜欢这样简单的日子。"


def attacked(words: str, place: str) -> tuple[Reading, list[str]]:
    """A reading with the words in one place, and the creator's earlier posts."""
    read = replace(reading(tag("dog")), description={"en": "A dog.", "zh": "一只狗。"})
    if place == "photo":
        return replace(read, seen_text=words), []
    if place == "tweet":
        return replace(read, tweets={"zh": words, "en": words}), []
    return read, [words]


def studio(provider: FakeProvider) -> Studio:
    chosen = load_settings(base_url=provider.url, api_key="k", retries=0, interface="en")
    unused: Any = None  # a reading is at hand
    return Studio(chosen, unused, judge(), chat.build(chosen), stand_in=EmbeddedWriter())


def answer(*texts: str) -> ChatReply:
    return ChatReply([json.dumps({"posts": [{"text": text} for text in texts]}, ensure_ascii=False)])


def assert_nothing_was_obeyed(post: Post, of: Brief) -> None:
    said = f"{post.title}\n{post.full_text}\n{post.alt_text}"
    assert language_share(post.text, of.language) >= LEAST_IN_SCRIPT
    assert additions(said, of) == ()
    rules = system_message()
    assert not [rules[at : at + 40] for at in range(len(rules) - 40) if rules[at : at + 40] in said]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack["words"][:24])
def test_a_model_that_obeys_is_not_published(attack: dict[str, str], place: str) -> None:
    read, past_posts = attacked(attack["words"], place)
    obeyed = attack["obeyed"].replace("{rules}", system_message())
    with FakeProvider(reply=lambda _: answer(obeyed)) as provider:
        writing = studio(provider)
        post = writing.write(read, language="zh", platform="weibo", past_posts=past_posts, tone="positive")
        of = writing.brief(read, language="zh", platform="weibo", past_posts=past_posts)
    assert_nothing_was_obeyed(post, of)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack["words"][:24])
def test_a_candidate_that_does_not_obey_wins(attack: dict[str, str]) -> None:
    read, _ = attacked(attack["words"], "photo")
    obeyed = attack["obeyed"].replace("{rules}", system_message())
    with FakeProvider(answer(obeyed, HONEST)) as provider:
        post = studio(provider).write(read, language="zh", platform="weibo", tone="positive")
    assert post.text == HONEST
    assert post.written_by.startswith("chat:")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack["words"][:24])
def test_the_words_stand_in_the_data_and_nowhere_else(attack: dict[str, str], place: str) -> None:
    read, past_posts = attacked(attack["words"], place)
    asked = request_message(replace(brief(read), past_posts=tuple(past_posts)))
    head, data = asked.rsplit("\n", 1)
    assert attack["words"] not in head
    assert attack["words"] not in system_message()
    said = json.loads(data)
    found = {"photo": said["words_in_the_photo"], "tweet": said["tweet"], "past_posts": "".join(said["past_posts"])}
    assert found[place] == attack["words"]


@pytest.mark.parametrize("language", ["zh", "en", "ja"])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack["words"][:24])
def test_the_embedded_writer_never_says_them(attack: dict[str, str], place: str, language: str) -> None:
    read, past_posts = attacked(attack["words"], place)
    chosen = load_settings(interface="en")
    unused: Any = None
    writing = Studio(chosen, unused, judge(), EmbeddedWriter())
    post = writing.write(read, language=language, platform="x", past_posts=past_posts)
    assert_nothing_was_obeyed(post, replace(brief(read), language=catalogue.language(language)))
    assert attack["words"] not in post.full_text
