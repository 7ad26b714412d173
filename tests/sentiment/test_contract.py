"""Our own sentiment models keep what every one promises."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from emotigram.assembly import load_engine
from emotigram.domain import Photo
from emotigram.ports import SentimentModel
from emotigram.settings import Settings
from emotigram.testing.sentiment import SentimentContract
from tests.sentiment.own_models import save_first, small_export, small_set
from tests.training.multimodal.exports import TORCHSCRIPT_IS_OLD

pytestmark = TORCHSCRIPT_IS_OLD


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


class TestSentimentModels(SentimentContract):
    @pytest.fixture(scope="class")
    @classmethod
    def two_photos(cls, china: Path, flower: Path) -> list[Photo]:
        with Image.open(china) as temple, Image.open(flower) as dahlia:
            return [Photo(image.convert("RGB"), "photo", "") for image in (temple, dahlia)]
