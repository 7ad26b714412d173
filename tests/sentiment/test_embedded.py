"""The embedded sentiment model on plain cases that anyone would judge alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotigram import open_photo
from emotigram.assembly import load_engine
from emotigram.domain import EMOTIONS
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
# words that turn the mood around, signs and slang; none of these sentences stands in tone_phrases.toml
TURNED_CASES = [
    ("I was not happy with the room", "negative"),
    ("这次的体验一点也不好", "negative"),
    ("味道真的不难吃", "positive"),
    ("🥰", "positive"),
    ("🎉🎉", "positive"),
    ("🤬", "negative"),
    ("their new album slaps", "positive"),
    ("honestly the sequel was trash", "negative"),
    ("这个滤镜绝绝子", "positive"),
    ("看完结局我破防了", "negative"),
    ("Not a good day for any of us", "negative"),
    ("味道没有不好", "positive"),
]
PLAIN_STATEMENTS = ["The library opens at 9 am on Tuesday.", "A photo of a chair", "一张桌子的照片", "会议三点开始"]


@pytest.fixture(scope="module")
def model() -> SentimentModel:
    engine: SentimentModel = load_engine("sentiment", "embedded", Settings())
    return engine


@pytest.mark.parametrize(("text", "label"), PLAIN_CASES + TURNED_CASES)
def test_plain_texts(model: SentimentModel, text: str, label: str) -> None:
    assert model.judge([None], [text])[0].sentiment.label == label


@pytest.mark.parametrize("text", PLAIN_STATEMENTS)
def test_plain_statements_are_not_called_positive(model: SentimentModel, text: str) -> None:
    assert model.judge([None], [text])[0].sentiment.label != "positive"


def test_emotion_valence_and_arousal_follow_the_words(model: SentimentModel) -> None:
    glad, sad, angry = model.judge(
        [None] * 3, ["so happy today!", "I miss her and cannot stop crying", "气死我了，太过分了"]
    )
    for affect, emotion in ((glad, "joy"), (sad, "sadness"), (angry, "anger")):
        assert max(affect.emotions, key=affect.emotions.__getitem__) == emotion
        assert tuple(affect.emotions) == EMOTIONS
        assert sum(affect.emotions.values()) == pytest.approx(1, abs=1e-6)
    assert glad.valence is not None
    assert sad.valence is not None
    assert sad.arousal is not None
    assert angry.arousal is not None
    assert glad.valence > 0.3 > -0.3 > sad.valence
    assert angry.arousal > sad.arousal


@pytest.mark.parametrize("text", ["", "\u200b", "ᚠᚢᚦ"])
def test_nothing_to_judge_by_is_neutral_and_ambiguous(model: SentimentModel, text: str) -> None:
    sentiment = model.judge([None], [text])[0].sentiment
    assert sentiment.label == "neutral"
    assert sentiment.is_ambiguous


def test_a_photo_alone_has_all_of_an_affect(model: SentimentModel, china: Path) -> None:
    affect = model.judge([open_photo(china)], [""])[0]
    assert affect.valence is not None
    assert affect.arousal is not None
    assert -1 <= affect.valence <= 1
    assert -1 <= affect.arousal <= 1
    assert set(affect.emotions) == set(EMOTIONS)


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
