"""The engine torchscript: an export is judged as the trained model judges, a bare file by the first contract."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn
from transformers import AutoTokenizer

from emotigram.assembly import load_engine
from emotigram.domain import Affect, Features, Photo
from emotigram.errors import FeaturesMissing, SettingsError, WeightsDamaged, WeightsMissing, WeightsWrong
from emotigram.ports import SentimentModel
from emotigram.settings import Settings
from emotigram.training.multimodal.build import Built
from emotigram.training.multimodal.data import LABELS, Dataset
from emotigram.training.multimodal.image_encoders import ImageEncoder
from emotigram.training.multimodal.text_encoders import padded
from tests.checkpoints.blip2 import save_blip2
from tests.sentiment.own_models import First, save_first, small_export, small_set
from tests.training.multimodal.exports import TORCHSCRIPT_IS_OLD
from tests.training.multimodal.small import save_bert, save_vit

pytestmark = TORCHSCRIPT_IS_OLD
TEXTS = ["lovely happy day", "terrible night , so sad", "a plain report about a chair"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return small_set(tmp_path_factory.mktemp("own") / "set")


@pytest.fixture(scope="module")
def folder(data: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own") / "export"
    small_export(data, folder)
    return folder


def _photo(colour: tuple[int, int, int]) -> Photo:
    return Photo(Image.new("RGB", (50, 40), colour), "drawn", "")


PHOTOS = [_photo((220, 200, 40)), _photo((30, 30, 60)), _photo((120, 130, 140))]


def _engine(folder: Path) -> SentimentModel:
    engine: SentimentModel = load_engine("sentiment", "torchscript", Settings(sentiment_model=folder))
    return engine


def _shares(affects: list[Affect]) -> np.ndarray:
    return np.array([[each.sentiment.probabilities[label] for label in LABELS] for each in affects])


@torch.no_grad()
def _trained(built: Built, texts: list[str], image: Tensor) -> list[np.ndarray]:
    """Text, image and fused probabilities of the model itself."""
    ids, mask = padded(built.model.text_encoder.numbers(texts, [""] * len(texts)))
    return [torch.softmax(each, 1).numpy() for each in built.model.eval()(ids, mask, image)]


@pytest.mark.parametrize("kind", ["bag", "joint", "vit"])
def test_an_export_judges_as_the_model_does(kind: str, data: Dataset, tmp_path: Path) -> None:
    config = {
        "bag": lambda: {},
        "joint": lambda: {"text_encoder": f"bag_of_words+{save_bert(tmp_path / 'bert')}"},
        "vit": lambda: {"image_encoder": str(save_vit(tmp_path / "vit"))},
    }[kind]()
    built = small_export(data, tmp_path / "export", **config)
    encoder = built.model.image_encoder
    assert isinstance(encoder, ImageEncoder)
    text, image, fused = _trained(built, TEXTS, encoder.pixels([photo.image for photo in PHOTOS]))
    engine = _engine(tmp_path / "export")
    assert _shares(engine.judge(PHOTOS, TEXTS)) == pytest.approx(fused, abs=1e-4)
    assert _shares(engine.judge([None] * 3, TEXTS)) == pytest.approx(text, abs=1e-4)
    assert _shares(engine.judge(PHOTOS, ["", " \n", ""])) == pytest.approx(image, abs=1e-4)


def test_sentiment_is_all_it_says(folder: Path) -> None:
    (affect,) = _engine(folder).judge([None], ["lovely"])
    assert (affect.emotions, affect.valence, affect.arousal) == ({}, None, None)


def test_features_of_its_space_replace_looking(data: Dataset, tmp_path: Path) -> None:
    weights = save_blip2(tmp_path / "blip2")
    built = small_export(data, tmp_path / "export", image_encoder=f"qformer:{weights}")
    space = json.loads((tmp_path / "export" / "manifest.json").read_text("utf-8"))["space"]
    values = np.random.default_rng(0).normal(size=(3, 4, 32)).astype(np.float32)
    fused = _trained(built, TEXTS, torch.from_numpy(values))[2]
    engine = _engine(tmp_path / "export")
    given = [Features(space, each) for each in values]
    assert _shares(engine.judge(PHOTOS, TEXTS, given)) == pytest.approx(fused, abs=1e-4)
    assert _shares(engine.judge([None] * 3, TEXTS, given)) == pytest.approx(fused, abs=1e-4)
    for others in (None, [Features("embedded/2", values[0])]):
        with pytest.raises(FeaturesMissing, match=space):
            engine.judge(PHOTOS[:1], TEXTS[:1], others)
    assert engine.judge([None], TEXTS[:1])


def test_a_model_of_captions_leaves_photos_alone(data: Dataset, tmp_path: Path) -> None:
    small_export(data, tmp_path / "export", image_encoder="caption")
    engine = _engine(tmp_path / "export")
    assert engine.judge(PHOTOS, TEXTS) == engine.judge([None] * 3, TEXTS)
    with pytest.raises(FeaturesMissing, match="caption"):
        engine.judge(PHOTOS[:1], [""])


def test_a_bare_file_judges_by_the_first_contract(tmp_path: Path) -> None:
    settings = save_first(tmp_path / "first")
    engine = load_engine("sentiment", "torchscript", settings)
    tokenizer = AutoTokenizer.from_pretrained(str(settings.sentiment_tokenizer))
    ids = torch.tensor([tokenizer("lovely day")["input_ids"]])
    image = torch.zeros(1, 3, 224, 224) + (torch.tensor([1.0, 0.0, 0.0]) - torch.tensor([0.485, 0.456, 0.406])).div(
        torch.tensor([0.229, 0.224, 0.225])
    ).reshape(3, 1, 1)
    with torch.no_grad():
        wanted = [torch.softmax(each, 1).numpy() for each in First()(ids, torch.ones_like(ids), image)]
    red = _photo((255, 0, 0))
    given: list[tuple[Photo | None, str]] = [(None, "lovely day"), (red, ""), (red, "lovely day")]
    for (photo, text), right in zip(given, wanted, strict=True):
        assert _shares(engine.judge([photo], [text])) == pytest.approx(right, abs=1e-5)


def test_a_long_text_is_cut_at_128_tokens(tmp_path: Path) -> None:
    engine = load_engine("sentiment", "torchscript", save_first(tmp_path / "first"))
    assert engine.judge([None], ["day " * 126]) == engine.judge([None], ["day " * 500])


class _Pair(First):
    def forward(self, input_ids: Tensor, attention_mask: Tensor, image: Tensor) -> tuple[Tensor, Tensor]:
        text = self.words(input_ids).sum(1)
        return text, text


class _OnlyText(nn.Module):
    def forward(self, input_ids: Tensor) -> Tensor:
        return input_ids


@pytest.mark.parametrize(
    ("module", "found"), [(First(5), r"\(2, 5\)"), (_Pair(), "tuple"), (_OnlyText(), "RuntimeError")]
)
def test_a_file_with_another_contract_is_refused(module: nn.Module, found: str, tmp_path: Path) -> None:
    with pytest.raises(WeightsWrong, match=found):
        load_engine("sentiment", "torchscript", save_first(tmp_path / "first", module))


def test_what_is_no_torchscript_is_refused_by_its_kind(tmp_path: Path) -> None:
    settings = save_first(tmp_path / "first")
    path = settings.sentiment_model
    assert path is not None
    torch.save(First().state_dict(), path)
    with pytest.raises(WeightsWrong, match="state_dict"):
        load_engine("sentiment", "torchscript", settings)
    path.write_bytes(b"no archive at all")
    with pytest.raises(WeightsWrong, match="no TorchScript"):
        load_engine("sentiment", "torchscript", settings)
    path.unlink()
    with pytest.raises(WeightsMissing, match="best_model"):
        load_engine("sentiment", "torchscript", settings)


def test_settings_that_are_missing_are_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="sentiment_model"):
        load_engine("sentiment", "torchscript", Settings())
    settings = save_first(tmp_path / "first")
    for tokenizer in (None, tmp_path / "nowhere"):
        with pytest.raises(SettingsError, match="sentiment_tokenizer"):
            load_engine("sentiment", "torchscript", settings.model_copy(update={"sentiment_tokenizer": tokenizer}))
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(WeightsWrong, match="transformers"):
        load_engine("sentiment", "torchscript", settings.model_copy(update={"sentiment_tokenizer": empty}))


def _copy(folder: Path, to: Path) -> Path:
    to.mkdir()
    for path in folder.iterdir():
        os.link(path, to / path.name)
    return to


@pytest.mark.parametrize("file", ["best_model.pt", "ngrams.npz"])
def test_a_file_that_was_changed_or_lost_is_named(file: str, folder: Path, tmp_path: Path) -> None:
    copy = _copy(folder, tmp_path / "copy")
    (copy / file).unlink()
    with pytest.raises(WeightsDamaged, match=file):
        _engine(copy)
    (copy / file).write_bytes(b"other bytes")
    with pytest.raises(WeightsDamaged, match=file):
        _engine(copy)


@pytest.mark.parametrize(
    ("lie", "error"),
    [
        ({"format": 2}, WeightsWrong),
        ({"labels": ["bad", "good"]}, WeightsWrong),
        ({"text": "runes"}, WeightsWrong),
        ({"image": None}, WeightsWrong),
        ({"files": None}, WeightsDamaged),
        ({"files": {}}, WeightsDamaged),
        ({"side_px": "wide"}, WeightsWrong),
        ({"image_shape": [3, 8]}, WeightsWrong),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(
    lie: dict[str, object], error: type[Exception], folder: Path, tmp_path: Path
) -> None:
    copy = _copy(folder, tmp_path / "copy")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    (copy / "manifest.json").unlink()
    (copy / "manifest.json").write_text(json.dumps(manifest | lie), "utf-8")
    with pytest.raises(error):
        _engine(copy)


def test_the_file_within_an_export_is_the_export(folder: Path) -> None:
    assert _engine(folder / "best_model.pt").judge([None], TEXTS[:1]) == _engine(folder).judge([None], TEXTS[:1])


def test_a_pair_of_nothing_is_refused(folder: Path) -> None:
    with pytest.raises(ValueError, match="photo, a text or both"):
        _engine(folder).judge([None], [" "])
