"""Sentiment keeps its promises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotigram import Sentiment

shares = st.tuples(*[st.floats(0.01, 1)] * 3)


@given(shares)
def test_label_and_confidence_belong_together(parts: tuple[float, float, float]) -> None:
    sentiment = Sentiment(*(part / sum(parts) for part in parts))
    assert sentiment.probabilities[sentiment.label] == sentiment.confidence
    assert sentiment.confidence >= 1 / 3 - 1e-9


@pytest.mark.parametrize("wrong", [(0.5, 0.5, 0.5), (1.2, -0.1, -0.1), (0.0, 0.0, 0.0), (float("nan"), 0.5, 0.5)])
def test_what_is_no_distribution_is_refused(wrong: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="sum to 1"):
        Sentiment(*wrong)


def test_close_calls_are_ambiguous() -> None:
    assert Sentiment(0.1, 0.42, 0.48).is_ambiguous
    assert not Sentiment(0.1, 0.2, 0.7).is_ambiguous
