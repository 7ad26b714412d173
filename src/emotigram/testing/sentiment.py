"""What every sentiment model promises, whatever is behind it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from emotigram.domain import Features, Photo
from emotigram.ports import SentimentModel
from emotigram.testing.photos import drawn_photos

_TEXTS = ["lovely happy day", "", "terrible awful night", "a plain report", "lovely"]
_Pairs = tuple[list[Photo | None], list[str]]


def _shares(engine: SentimentModel, photos: list[Photo | None], texts: list[str]) -> NDArray[np.float64]:
    return np.array([list(each.sentiment.probabilities.values()) for each in engine.judge(photos, texts)])


class SentimentContract:
    """Subclass it as ``Test…`` and give a fixture ``engine``, of the scope class or wider, that opens the model.

    A fixture ``two_photos`` may give other photos than the drawn ones.
    """

    @pytest.fixture(scope="class")
    @classmethod
    def two_photos(cls) -> Sequence[Photo]:
        """The photos that are judged."""
        return drawn_photos()[:2]

    @pytest.fixture(scope="class")
    @classmethod
    def pairs(cls, two_photos: Sequence[Photo]) -> _Pairs:
        """Photos with texts, a photo alone and a text alone."""
        first, second = two_photos
        return [first, second, None, second, first], _TEXTS

    def test_one_affect_a_pair_with_probabilities(self, engine: SentimentModel, pairs: _Pairs) -> None:
        assert engine.name
        found = _shares(engine, *pairs)
        assert len(found) == len(_TEXTS)
        assert found.sum(1) == pytest.approx(np.ones(len(_TEXTS)), abs=1e-6)
        assert len(np.unique(found, axis=0)) > 1

    def test_its_languages_are_keys(self, engine: SentimentModel) -> None:
        assert all(key and key == key.strip() for key in engine.languages)

    def test_a_batch_is_judged_as_each_alone_and_in_order(self, engine: SentimentModel, pairs: _Pairs) -> None:
        photos, texts = pairs
        alone = np.array([_shares(engine, [photo], [text])[0] for photo, text in zip(photos, texts, strict=True)])
        assert _shares(engine, photos, texts) == pytest.approx(alone, abs=1e-4)
        assert _shares(engine, photos[::-1], texts[::-1])[::-1] == pytest.approx(alone, abs=1e-4)

    def test_more_pairs_than_one_pass_holds(self, engine: SentimentModel) -> None:
        texts = [_TEXTS[i % 5] or "noon" for i in range(70)]
        found = _shares(engine, [None] * 70, texts)
        assert found[65] == pytest.approx(_shares(engine, [None], [texts[65]])[0], abs=1e-4)

    def test_features_of_another_space_are_ignored(self, engine: SentimentModel, pairs: _Pairs) -> None:
        photos, texts = pairs
        strange = [Features("nobody's", None)] * len(photos)  # type: ignore[arg-type]
        assert engine.judge(photos, texts, strange) == engine.judge(photos, texts)

    def test_nothing_gives_nothing_and_uneven_batches_are_refused(self, engine: SentimentModel) -> None:
        assert engine.judge([], []) == []
        with pytest.raises(ValueError, match="as many"):
            engine.judge([None], ["a", "b"])
        with pytest.raises(ValueError, match="as many"):
            engine.judge([None], ["a"], [])
