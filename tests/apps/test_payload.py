"""Readings as JSON: what another program gets of the mood."""

from __future__ import annotations

import json

import pytest

from emotigram.apps.payload import affect_payload, reading_payload
from emotigram.domain import Affect, Reading, Sentiment


def test_an_affect_has_all_its_parts() -> None:
    shown = affect_payload(Affect(Sentiment(0.1, 0.2, 0.7), {"joy": 0.75, "fear": 0.25}, 0.61239, -0.2))
    assert json.loads(json.dumps(shown)) == {
        "sentiment": {
            "label": "positive",
            "negative": 0.1,
            "neutral": 0.2,
            "positive": 0.7,
            "confidence": 0.7,
            "is_ambiguous": False,
        },
        "emotion": "joy",
        "emotions": {"joy": 0.75, "fear": 0.25},
        "valence": 0.6124,
        "arousal": -0.2,
    }


def test_what_an_engine_does_not_give_is_null_not_zero() -> None:
    shown = affect_payload(Affect(Sentiment(0.1, 0.2, 0.7)))
    assert (shown["emotion"], shown["emotions"], shown["valence"], shown["arousal"]) == (None, {}, None, None)
    with pytest.raises(ValueError, match="sum to 1"):
        Sentiment(0.5, 0.5, 0.5)


def test_a_reading_names_the_look_that_suits_it() -> None:
    affect = Affect(Sentiment(0.1, 0.2, 0.7))
    assert reading_payload(Reading({}, {}, (), affect, {}, look="warm"), "en")["look"] == "warm"
