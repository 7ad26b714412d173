"""The social voice: another sentence than the description, in the feeling read, naming only what was read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from itertools import product
from typing import Any

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from emotigram.domain import EMOTIONS, Affect, Sentiment, Tag
from emotigram.errors import UnknownName
from emotigram.tags.social_line import social_line, speaks
from emotigram.tags.topics import likes
from tests.colours import colours_in
from tests.properties import tried
from tests.writers.briefs import VOCABULARY, invented, tag

LANGUAGES = ["en", "zh"]
LENGTHS = {"en": (20, 110), "zh": (8, 40)}
MOODS = ("negative", "neutral", "positive")
GLAD, SAD, CALM = Sentiment(0.05, 0.1, 0.85), Sentiment(0.85, 0.1, 0.05), Sentiment(0.1, 0.8, 0.1)
EMOJI = regex.compile(r"\p{Extended_Pictographic}(?:\uFE0F)?(?:\u200D\p{Extended_Pictographic}\uFE0F?)*")


def _data(name: str) -> dict[str, Any]:
    return tomllib.loads((resources.files("emotigram") / "data" / name).read_text("utf-8"))


def affect(sentiment: Sentiment, emotion: str = "") -> Affect:
    shares = {name: 0.7 if name == emotion else 0.05 for name in EMOTIONS}
    return Affect(sentiment, shares if emotion else {})


def sentiments() -> st.SearchStrategy[Sentiment]:
    weights = st.tuples(*[st.floats(0.01, 1)] * 3)
    return weights.map(lambda each: Sentiment(*(weight / sum(each) for weight in each)))


affects = st.builds(affect, sentiments(), st.sampled_from(["", *EMOTIONS]))
tags = st.lists(st.builds(tag, st.sampled_from(list(VOCABULARY))), max_size=5, unique_by=lambda each: each.key)


@tried(5)
@given(st.text(max_size=80), tags, affects, st.sampled_from(LANGUAGES), st.integers())
def test_a_line_is_short_new_and_names_only_what_was_read(
    description: str, read: list[Tag], feeling: Affect, language: str, seed: int
) -> None:
    line = social_line(description, read, feeling, language, str(seed))
    fewest, most = LENGTHS[language]
    assert fewest <= len(line) <= most
    assert line != description
    assert "{" not in line
    assert "#" not in line
    assert len(EMOJI.findall(line)) <= 1
    assert invented(line, language, read) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_reading_gives_the_same_line_and_other_photos_others(language: str) -> None:
    def line(seed: int) -> str:
        return social_line("A dog.", [tag("dog")], affect(GLAD), language, str(seed))

    assert line(1) == line(1)
    assert len({line(seed) for seed in range(40)}) >= 8


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_ambiguous_feeling_is_spoken_of_neutrally(language: str) -> None:
    torn = affect(Sentiment(0.42, 0.14, 0.44), "joy")
    plain = set(_data(f"social/{language}.toml")["topics"]["dog"]["neutral"])
    for seed in range(20):
        line = social_line("", [tag("dog")], torn, language, str(seed))
        assert any(line.startswith(each) for each in plain)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("emotion", [emotion for emotion in EMOTIONS if emotion != "neutral"])
def test_a_sure_emotion_has_its_own_words(language: str, emotion: str) -> None:
    feelings: Mapping[str, list[str]] = _data(f"social/{language}.toml")["feelings"]
    sentiment = GLAD if emotion == "joy" else CALM if emotion == "surprise" else SAD
    for seed in range(10):
        line = social_line("", [tag("sea")], affect(sentiment, emotion), language, str(seed))
        assert any(each in line for each in feelings[emotion])


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_emotion_that_contradicts_the_sentiment_is_not_spoken_of(language: str) -> None:
    feelings: Mapping[str, list[str]] = _data(f"social/{language}.toml")["feelings"]
    for seed in range(20):
        line = social_line("", [], affect(GLAD, "sadness"), language, str(seed))
        assert not any(each in line for each in feelings["sadness"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_dog_on_grass_is_spoken_of_as_a_dog(language: str) -> None:
    dog = _data(f"social/{language}.toml")["topics"]["dog"]["positive"]
    line = social_line("", [tag("grass", 0.99), tag("dog", 0.7)], affect(GLAD), language)
    assert any(line.startswith(each) for each in dog)


def test_a_tag_of_an_unknown_kind_or_language_has_a_line_all_the_same() -> None:
    german = Tag("hund", 0.9, {"de": "ein Hund"}, "animal")
    odd = Tag("aura", 0.9, {"en": "an aura"}, "spirit")
    for seed in range(20):
        assert len(social_line("", [german], affect(CALM), "en", str(seed))) >= 20
        assert "aura" not in social_line("", [odd], affect(CALM), "en", str(seed))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("emotion", ["", *EMOTIONS])
def test_a_photo_of_which_nothing_is_known_is_spoken_of_without_its_colours(language: str, emotion: str) -> None:
    for seed, sentiment in product(range(10), (GLAD, CALM, SAD)):
        line = social_line("A photo.", [], affect(sentiment, emotion), language, str(seed))
        assert colours_in(line, language) == []


def test_a_language_without_lines_is_refused() -> None:
    assert not speaks("de")
    with pytest.raises(UnknownName, match="'de'"):
        social_line("Ein Hund.", [], affect(GLAD), "de")


def test_every_tag_has_a_topic_of_its_own_or_by_its_kind() -> None:
    topics = _data("topics.toml")
    keys = {key for topic in topics.values() for key in topic.get("tags", [])}
    kinds = {kind for topic in topics.values() for kind in topic.get("kinds", [])}
    assert keys <= set(VOCABULARY)
    assert {key for key, entry in VOCABULARY.items() if key not in keys and entry["kind"] not in kinds} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_has_several_lines_for_each_sentiment(language: str) -> None:
    lines = _data(f"social/{language}.toml")["topics"]
    assert set(lines) <= set(_data("topics.toml"))
    assert all(set(likes(topic)) & set(lines) for topic in _data("topics.toml"))
    assert all(len(set(topic[mood])) >= 3 for topic in lines.values() for mood in MOODS)
    every = [line for topic in lines.values() for mood in MOODS for line in topic[mood]]
    assert len(every) == len(set(every))
