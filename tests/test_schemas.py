"""Answers tell what the domain says, all of it, and say nothing of their own."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given

from emotigram import catalogue, domain
from emotigram.domain import Affect, Reading, Sentiment
from emotigram.schemas import answers, choices
from tests.readings import AFFECTS, READINGS

# Each answer with what it tells of, and what it leaves out: nothing that a caller could use.
TOLD: list[tuple[type, type, set[str]]] = [
    (answers.PhotoInfo, domain.PhotoFacts, set()),
    (answers.SentimentInfo, domain.Sentiment, {"probabilities"}),  # its three fields
    (answers.AffectInfo, domain.Affect, set()),
    (answers.TagInfo, domain.Tag, set()),
    (answers.NoteInfo, domain.Note, set()),
    (answers.ReadingInfo, domain.Reading, set()),
    (answers.CheckInfo, domain.Check, set()),
    (answers.CandidateInfo, domain.Candidate, set()),
    (answers.UsageInfo, domain.Usage, set()),
    (answers.PostInfo, domain.Post, set()),
    (answers.PlanInfo, domain.Plan, set()),
    (choices.PlatformInfo, domain.Platform, {"forms", "is_lively"}),
    (choices.LookInfo, domain.Look, set()),
]
OF_THE_CALLER = {"name", "message"}  # in the caller's language


def known(kind: Any) -> set[str]:
    found = {field.name for field in fields(kind)}
    return found | {name for name, value in vars(kind).items() if isinstance(value, property)}


@pytest.mark.parametrize(("answer", "kind", "left_out"), TOLD, ids=lambda each: getattr(each, "__name__", ""))
def test_an_answer_has_all_that_the_domain_knows(answer: Any, kind: type, left_out: set[str]) -> None:
    told = set(answer.model_fields)
    assert known(kind) - told == left_out
    assert told - known(kind) <= OF_THE_CALLER


@given(AFFECTS)
def test_no_answer_feels_otherwise_than_the_domain(affect: Affect) -> None:
    told = answers.AffectInfo.of(affect)
    assert (told.emotion, told.mood, told.sentiment.label) == (affect.emotion, affect.mood, affect.sentiment.label)
    assert told.sentiment.is_ambiguous == affect.sentiment.is_ambiguous


def test_a_feeling_too_close_to_call_is_none_in_json_too() -> None:
    affect = Affect(Sentiment(0.30, 0.36, 0.34), {"anger": 0.6, "joy": 0.4})
    assert affect.emotion == answers.AffectInfo.of(affect).model_dump()["emotion"] == ""


@given(READINGS)
def test_a_told_reading_is_read_back_as_it_was_told(reading: Reading) -> None:
    told = answers.ReadingInfo.of(reading, "zh")
    assert answers.ReadingInfo.model_validate_json(told.model_dump_json()) == told
    assert [note.message for note in told.notes] == [note.message("zh") for note in reading.notes]
    assert [tag.name for tag in told.tags] == [tag.names.get("zh", tag.key) for tag in reading.tags]


def test_an_affect_has_all_its_parts() -> None:
    shown = answers.AffectInfo.of(Affect(Sentiment(0.1, 0.2, 0.7), {"joy": 0.75, "fear": 0.25}, 0.61239, -0.2))
    assert shown.model_dump(mode="json") == {
        "sentiment": {
            "label": "positive",
            "negative": 0.1,
            "neutral": 0.2,
            "positive": 0.7,
            "confidence": 0.7,
            "is_ambiguous": False,
            "is_unclear": False,
        },
        "mood": "positive",
        "emotion": "joy",
        "emotions": {"joy": 0.75, "fear": 0.25},
        "valence": 0.6124,
        "arousal": -0.2,
    }


def test_what_an_engine_does_not_give_is_null_not_zero() -> None:
    shown = answers.AffectInfo.of(Affect(Sentiment(0.1, 0.2, 0.7)))
    assert (shown.emotion, shown.emotions, shown.valence, shown.arousal) == ("", {}, None, None)
    with pytest.raises(ValueError, match="sum to 1"):
        Sentiment(0.5, 0.5, 0.5)


@pytest.mark.parametrize("key", catalogue.keys("platforms"))
def test_a_platform_is_told_with_all_its_rules(key: str) -> None:
    platform = catalogue.platform(key)
    told = choices.PlatformInfo.of(platform).model_dump()
    assert {name: dict(value) if name in ("names", "soft_lengths") else value for name, value in told.items()} == {
        name: dict(getattr(platform, name)) if name in ("names", "soft_lengths") else getattr(platform, name)
        for name in told
    }
