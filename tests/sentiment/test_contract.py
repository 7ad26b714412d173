"""What every sentiment engine promises, whatever is behind it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from emotigram.assembly import load_engine
from emotigram.domain import Features, Photo
from emotigram.ports import SentimentModel
from emotigram.settings import Settings
from tests.sentiment.own_models import save_first, small_export, small_set
from tests.training.multimodal.exports import TORCHSCRIPT_IS_OLD

pytestmark = TORCHSCRIPT_IS_OLD
TEXTS = ["lovely happy day", "", "terrible awful night", "a plain report", "lovely"]


@pytest.fixture(scope="module", params=["embedded", "torchscript", "first"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> SentimentModel:
    folder = tmp_path_factory.mktemp("own")
    settings = Settings(threads=1)
    if request.param == "torchscript":
        small_export(small_set(folder / "set"), folder / "export")
        settings = Settings(sentiment="torchscript", sentiment_model=folder / "export")
    elif request.param == "first":
        settings = save_first(folder / "first")
    found: SentimentModel = load_engine("sentiment", settings.sentiment, settings)
    return found


@pytest.fixture
def pairs(china: Path, flower: Path) -> tuple[list[Photo | None], list[str]]:
    with Image.open(china) as temple, Image.open(flower) as dahlia:
        first, second = (Photo(image.convert("RGB"), "photo", "") for image in (temple, dahlia))
    return [first, second, None, second, first], TEXTS


def _shares(engine: SentimentModel, photos: list[Photo | None], texts: list[str]) -> NDArray[np.float64]:
    return np.array([list(each.sentiment.probabilities.values()) for each in engine.judge(photos, texts)])


def test_one_affect_a_pair_with_probabilities(
    engine: SentimentModel, pairs: tuple[list[Photo | None], list[str]]
) -> None:
    assert engine.name
    found = _shares(engine, *pairs)
    assert len(found) == len(TEXTS)
    assert found.sum(1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-6)
    assert len(np.unique(found, axis=0)) > 1


def test_a_batch_is_judged_as_each_alone_and_in_order(
    engine: SentimentModel, pairs: tuple[list[Photo | None], list[str]]
) -> None:
    photos, texts = pairs
    alone = np.array([_shares(engine, [photo], [text])[0] for photo, text in zip(photos, texts, strict=True)])
    assert _shares(engine, photos, texts) == pytest.approx(alone, abs=1e-4)
    assert _shares(engine, photos[::-1], texts[::-1])[::-1] == pytest.approx(alone, abs=1e-4)


def test_more_pairs_than_one_pass_holds(engine: SentimentModel) -> None:
    texts = [TEXTS[i % 5] or "noon" for i in range(70)]
    found = _shares(engine, [None] * 70, texts)
    assert found[65] == pytest.approx(_shares(engine, [None], [texts[65]])[0], abs=1e-4)


def test_features_of_another_space_are_ignored(
    engine: SentimentModel, pairs: tuple[list[Photo | None], list[str]]
) -> None:
    photos, texts = pairs
    strange = [Features("nobody's", None)] * len(photos)  # type: ignore[arg-type]
    assert engine.judge(photos, texts, strange) == engine.judge(photos, texts)


def test_nothing_gives_nothing_and_uneven_batches_are_refused(engine: SentimentModel) -> None:
    assert engine.judge([], []) == []
    with pytest.raises(ValueError, match="as many"):
        engine.judge([None], ["a", "b"])
    with pytest.raises(ValueError, match="as many"):
        engine.judge([None], ["a"], [])
