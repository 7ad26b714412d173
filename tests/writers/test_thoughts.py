"""The bank of thoughts: that there are enough, and that none says what nobody gave or what anybody could say."""

from __future__ import annotations

from collections import Counter

import pytest
import regex

from emotigram.data_files import data_names, read_data
from emotigram.publishing.checks import filler
from emotigram.tags.topics import topics
from emotigram.tags.vocabulary import tag_entries
from emotigram.understanding.inventions import inventions
from emotigram.understanding.own_words import understand
from emotigram.writers.embedded.thoughts import Thought, thought_languages, thoughts_on

SOBER = [key for key, entry in read_data("occasions.toml").items() if entry.get("sober")]
OWN = [language for language in thought_languages() if language != "zh-TW"]


def bank(language: str) -> dict[str, tuple[Thought, ...]]:
    return {topic: thoughts_on(topic, language).thoughts for topic in data_names(f"thoughts/{language}")}


@pytest.mark.parametrize("language", OWN)
def test_every_file_is_of_a_topic(language: str) -> None:
    known = {*topics(), *read_data("occasions.toml")}
    assert set(bank(language)) - known == set()
    assert len(bank(language)) >= 80


@pytest.mark.parametrize(
    ("language", "lines", "posts"), [("en", 12, 6), ("zh", 12, 6), ("ja", 4, 2), ("ko", 4, 2), ("es", 4, 2)]
)
def test_there_are_enough_on_every_topic(language: str, lines: int, posts: int) -> None:
    counts = {topic: Counter(each.form == "line" for each in found) for topic, found in bank(language).items()}
    few = {
        topic: (count[True], count[False])
        for topic, count in counts.items()
        if topic not in SOBER and (count[True] < lines or count[False] < posts)
    }
    assert few == {}


@pytest.mark.parametrize("language", OWN)
def test_no_thought_stands_twice(language: str) -> None:
    texts = Counter(each.text for found in bank(language).values() for each in found)
    assert [text for text, times in texts.items() if times > 1] == []


@pytest.mark.parametrize("language", OWN)
def test_no_thought_says_what_nobody_gave_or_anybody_could(language: str) -> None:
    texts = [each.text for found in bank(language).values() for each in found]
    assert {text: inventions(text, "") for text in texts if inventions(text, "")} == {}
    assert {text: filler(text, "") for text in texts if filler(text, "")} == {}


@pytest.mark.parametrize("language", OWN)
def test_sober_topics_hold_nothing_that_cheers(language: str) -> None:
    for topic in SOBER:
        found = thoughts_on(topic, language)
        assert found.hashtags == found.emoji == ()
        assert {each.tone for each in found.thoughts} <= {"low"}
        assert not [
            each.text for each in found.thoughts if regex.search(r"[!！~～]|\p{Extended_Pictographic}", each.text)
        ]


@pytest.mark.parametrize("language", OWN)
def test_no_thought_outside_them_sounds_of_grief(language: str) -> None:
    texts = [each.text for topic, found in bank(language).items() if topic not in SOBER for each in found]
    assert [text for text in texts if understand(text).occasions[:1] in [("grief_person",), ("grief_pet",)]] == []


@pytest.mark.parametrize("language", OWN)
def test_what_a_thought_needs_is_a_tag(language: str) -> None:
    needs = {key for found in bank(language).values() for each in found for key in each.needs}
    assert needs - set(tag_entries()) == set()


@pytest.mark.parametrize("language", OWN)
def test_places_for_names_are_where_a_thing_has_one(language: str) -> None:
    named = {topic for topic, found in bank(language).items() if any(each.is_named for each in found)}
    assert {
        topic for topic in named if not topics().get(topic) or not (topics()[topic].tags or topics()[topic].kinds)
    } == set()


@pytest.mark.parametrize("language", OWN)
def test_every_topic_with_thoughts_can_be_reached(language: str) -> None:
    parents = {topic.like for topic in topics().values()}
    led = {key for key, topic in topics().items() if topic.tags or topic.kinds or topic.words_zh or topic.words_en}
    assert set(bank(language)) - led - parents - set(read_data("occasions.toml")) == set()
