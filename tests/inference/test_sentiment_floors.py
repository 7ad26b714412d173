"""A photo alone is told to be positive or negative only where that is likely enough and its rating goes with it."""

import numpy as np
import pytest

from emotigram.inference.sentiment_floors import is_told

LABELS = ("negative", "neutral", "positive")
FLOORS = {"negative": 0.63, "positive": 0.67}


@pytest.mark.parametrize(
    ("chances", "valence", "expected"),
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
    chances: tuple[float, float, float], valence: float, expected: bool
) -> None:
    assert is_told(np.array(chances), LABELS, FLOORS, valence) is expected
