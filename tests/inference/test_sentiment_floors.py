"""A photo alone is told to be positive or negative only where that is likely enough."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotigram.domain import Sentiment
from emotigram.inference.sentiment_floors import softened

LABELS = ("negative", "neutral", "positive")
FLOORS = {"negative": 0.63, "positive": 0.67}


@pytest.mark.parametrize(
    ("chances", "valence", "is_told"),
    [
        ((0.5, 0.3, 0.2), -0.3, False),
        ((0.7, 0.2, 0.1), -0.3, True),
        ((0.7, 0.2, 0.1), 0.2, False),
        ((0.1, 0.3, 0.6), 0.4, False),
        ((0.1, 0.1, 0.8), 0.4, True),
        ((0.01, 0.07, 0.92), 0.05, False),
        ((0.1, 0.8, 0.1), 0.4, True),
    ],
)
def test_a_mood_is_told_only_where_it_is_likely_and_the_rating_goes_with_it(
    chances: tuple[float, float, float], valence: float, is_told: bool
) -> None:
    found = Sentiment(*map(float, softened(np.array(chances), LABELS, FLOORS, valence)))
    assert found.is_ambiguous is not is_told


@given(st.lists(st.floats(0.01, 1), min_size=3, max_size=3), st.floats(-1, 1))
def test_it_stays_a_probability_in_the_same_order(weights: list[float], valence: float) -> None:
    chances = np.array(weights) / sum(weights)
    found = softened(chances, LABELS, FLOORS, valence)
    assert found.sum() == pytest.approx(1)
    assert found.argmax() == chances.argmax()
    assert found.max() <= chances.max() + 1e-9
