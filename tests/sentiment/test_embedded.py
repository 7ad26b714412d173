"""The embedded sentiment model on plain cases that anyone would judge alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotigram import open_photo
from emotigram.assembly import load_engine
from emotigram.ports import SentimentModel
from emotigram.settings import Settings

PLAIN_CASES = [
    ("I love this so much, best day ever!", "positive"),
    ("What a beautiful morning, so happy to be here", "positive"),
    ("This is terrible, I hate it", "negative"),
    ("I am so sad and lonely today", "negative"),
    ("太好吃了，下次还会再来", "positive"),
    ("今天真开心，大家都很棒", "positive"),
    ("太差了，再也不会来了", "negative"),
    ("心里很难过，想哭", "negative"),
]


@pytest.fixture(scope="module")
def model() -> SentimentModel:
    engine: SentimentModel = load_engine("sentiment", "embedded", Settings())
    return engine


@pytest.mark.parametrize(("text", "label"), PLAIN_CASES)
def test_plain_texts(model: SentimentModel, text: str, label: str) -> None:
    assert model.judge([None], [text])[0].sentiment.label == label


def test_words_change_the_judgement_of_a_photo(model: SentimentModel, china: Path) -> None:
    photo = open_photo(china)
    glad, sad = model.judge([photo, photo], ["Best trip of my life, I love it!", "Worst trip ever, I hate this place."])
    assert glad.sentiment.positive > sad.sentiment.positive
    assert sad.sentiment.negative > glad.sentiment.negative


def test_features_of_the_captioner_replace_a_second_look(model: SentimentModel, china: Path) -> None:
    photo = open_photo(china)
    (captions,) = load_engine("captioner", "embedded", Settings()).read([photo])
    with_features = model.judge([photo], [""], [captions.features])[0].sentiment
    looking_itself = model.judge([photo], [""])[0].sentiment
    assert with_features.positive == pytest.approx(looking_itself.positive, abs=1e-3)


def test_a_batch_is_judged_as_each_alone(model: SentimentModel) -> None:
    texts = [text for text, _ in PLAIN_CASES] + [""]
    together = model.judge([None] * len(texts), texts)
    for text, affect in zip(texts, together, strict=True):
        assert affect.sentiment.positive == pytest.approx(model.judge([None], [text])[0].sentiment.positive, abs=1e-4)


def test_uneven_batches_are_refused(model: SentimentModel) -> None:
    with pytest.raises(ValueError, match="as many"):
        model.judge([None], ["a", "b"])
    assert model.judge([], []) == []


@given(st.text(max_size=300))
def test_any_text_gets_probabilities(model: SentimentModel, text: str) -> None:
    sentiment = model.judge([None], [text])[0].sentiment
    assert sum(sentiment.probabilities.values()) == pytest.approx(1, abs=1e-6)
