"""Exported models answer as the trained ones do, whatever they are made of; else there is no export at all."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
import torch
from torch import Tensor

from emotigram.errors import ExportDiffers, RunInTheWay
from emotigram.inference.store import sha256
from emotigram.training.multimodal import export, export_folder
from emotigram.training.multimodal.build import Built, Encoders, build_encoders
from emotigram.training.multimodal.config import SentimentConfig
from emotigram.training.multimodal.data import Dataset
from emotigram.training.multimodal.export_rows import contract_inputs
from emotigram.training.multimodal.feature_fusion import Concat
from emotigram.training.multimodal.fusion import Encoded
from emotigram.training.multimodal.ngram_encoder import NgramEncoder
from emotigram.training.multimodal.sentence_encoders import HuggingFaceText
from emotigram.training.multimodal.strategies import STRATEGIES
from tests.checkpoints.blip2 import save_blip2
from tests.training.multimodal.exports import ABOUT, SETTINGS, TORCHSCRIPT_IS_OLD, exported
from tests.training.multimodal.small import (
    build_small,
    difference,
    draw_set,
    read_set,
    save_bert,
    save_vit,
    with_captions,
)

pytestmark = TORCHSCRIPT_IS_OLD
NAMES = ["input_ids", "attention_mask", "image"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return with_captions(read_set(draw_set(tmp_path_factory.mktemp("set"))))


@pytest.fixture(scope="module")
def encoders(data: Dataset) -> Encoders:
    """The smallest there are: photos by what would be said of them."""
    config = SentimentConfig(text_encoder="bag_of_words", image_encoder="caption", latent=4)
    return build_encoders(config, data, SETTINGS)


@pytest.fixture
def built(data: Dataset, encoders: Encoders) -> Built:
    return build_small(data, SETTINGS, encoders, fusion="concat")


@torch.no_grad()
def _differences(built: Built, data: Dataset, folder: Path) -> tuple[float, float]:
    """Of both files from the model, on rows that the export itself did not compare."""
    script = torch.jit.load(str(folder / "best_model.pt"))
    session = ort.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    worst = [0.0, 0.0]
    for rows in ([7], [1, 2, 3, 17, 20]):
        inputs = contract_inputs(built, data, rows, SETTINGS)
        wanted = built.model.eval()(*inputs)
        given = {name: values.numpy() for name, values in zip(NAMES, inputs, strict=True)}
        answers = tuple(map(torch.from_numpy, session.run(None, given)))
        found = [difference(script(*inputs), wanted), difference(answers, wanted)]
        worst = [max(pair) for pair in zip(worst, found, strict=True)]
        assert all(each.shape == (len(rows), 3) for each in (*answers, *wanted))
    return worst[0], worst[1]


def _holds(built: Built, data: Dataset, folder: Path) -> None:
    exported(built, data, folder)
    script, onnx = _differences(built, data, folder)
    assert script <= 1e-5
    assert onnx <= 1e-3


@pytest.mark.parametrize("fusion", STRATEGIES)
def test_every_strategy_answers_alike(fusion: str, data: Dataset, encoders: Encoders, tmp_path: Path) -> None:
    _holds(build_small(data, SETTINGS, encoders, fusion=fusion), data, tmp_path / "export")


@pytest.mark.nightly
def test_the_embedded_encoders_keep_one_table_and_the_model_all(data: Dataset, tmp_path: Path) -> None:
    built = build_small(data, SETTINGS, text_encoder="embedded", fusion="cross_attention")
    bag = built.model.text_encoder
    assert isinstance(bag, NgramEncoder)
    tables = bag.own
    _holds(built, data, tmp_path / "export")
    assert bag.own is tables
    kept = dict(torch.jit.load(str(tmp_path / "export" / "best_model.pt")).named_buffers())
    assert len(kept["model.text_encoder.own"]) == bag.size < len(tables)


@pytest.mark.nightly
@pytest.mark.parametrize("text", ["{bert}", "bag_of_words+{bert}"])
def test_text_encoders_of_hugging_face(text: str, data: Dataset, tmp_path: Path) -> None:
    bert = save_bert(tmp_path / "bert")
    built = build_small(data, SETTINGS, text_encoder=text.format(bert=bert), fusion="cross_attention")
    _holds(built, data, tmp_path / "export")
    encoders = [each for each in built.model.modules() if isinstance(each, HuggingFaceText)]
    assert [each.encoder.config._attn_implementation for each in encoders] == ["sdpa"]
    assert (tmp_path / "export" / "tokenizer" / "tokenizer.json").is_file()


@pytest.mark.parametrize("trained", [False, True])
def test_image_encoders_of_hugging_face(trained: bool, data: Dataset, tmp_path: Path) -> None:
    vit = str(save_vit(tmp_path / "vit"))
    built = build_small(
        data, SETTINGS, text_encoder="bag_of_words", image_encoder=vit, fusion="gated", train_image_encoder=trained
    )
    _holds(built, data, tmp_path / "export")
    assert (tmp_path / "export" / "processor" / "preprocessor_config.json").is_file()


def test_features_of_the_q_former(data: Dataset, tmp_path: Path) -> None:
    weights = save_blip2(tmp_path / "blip2")
    built = build_small(data, SETTINGS, text_encoder="bag_of_words", image_encoder=f"qformer:{weights}", fusion="gated")
    _holds(built, data, tmp_path / "export")
    manifest = json.loads((tmp_path / "export" / "manifest.json").read_text("utf-8"))
    assert manifest["image"] == "features"
    assert manifest["space"].startswith("qformer/")
    assert manifest["image_shape"] == [4, 32]


def test_captions(data: Dataset, tmp_path: Path) -> None:
    built = build_small(data, SETTINGS, text_encoder="bag_of_words", image_encoder="caption", fusion="cross_attention")
    _holds(built, data, tmp_path / "export")
    assert (tmp_path / "export" / "caption" / "ngrams.npz").is_file()


def test_the_manifest_and_the_card_say_what_is_there(data: Dataset, tmp_path: Path) -> None:
    built = build_small(data, SETTINGS, text_encoder="bag_of_words", fusion="concat")
    folder = exported(built, data, tmp_path / "export")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(manifest["files"]) == there - {"manifest.json"}
    assert all(sha256(folder / name) == wanted for name, wanted in manifest["files"].items())
    assert manifest["labels"] == ["negative", "neutral", "positive"]
    assert (manifest["fusion"], manifest["text"], manifest["image"]) == ("concat", "ngrams", "squashed")
    assert manifest["about"] == ABOUT
    assert manifest["temperatures"]["text"] == pytest.approx(np.exp(0.3))
    assert manifest["parity"]["best_model.pt"]["difference"] <= manifest["parity"]["best_model.pt"]["limit"] == 1e-5
    card = (folder / "CARD.md").read_text("utf-8")
    for said in ("concat on Drawn \\*photos\\*", "45 rows train", "| fused | 21 | 0.500 |", "anybody's"):
        assert said in card
    assert str(tmp_path) not in card + json.dumps(manifest)


def test_a_run_that_tells_nothing_of_itself_still_has_a_card(data: Dataset, built: Built, tmp_path: Path) -> None:
    card = (exported(built, data, tmp_path / "export", {}) / "CARD.md").read_text("utf-8")
    assert "did not state" in card
    assert "Trained on" not in card


def test_the_model_goes_on_as_it_was(data: Dataset, built: Built, tmp_path: Path) -> None:
    built.model.train()
    before = {name: values.clone() for name, values in built.model.state_dict().items()}
    exported(built, data, tmp_path / "export")
    assert built.model.training
    assert all(torch.equal(values, before[name]) for name, values in built.model.state_dict().items())


class _Unsteady(Concat):
    """Answers otherwise each time."""

    def forward(self, text: Encoded, image: Encoded, text_logits: Tensor, image_logits: Tensor) -> Tensor:
        return super().forward(text, image, text_logits, image_logits) + torch.rand(3)


class _Counting(Concat):
    """Depends on the batch in a way that a trace takes for constant."""

    def forward(self, text: Encoded, image: Encoded, text_logits: Tensor, image_logits: Tensor) -> Tensor:
        return super().forward(text, image, text_logits, image_logits) * float(len(text_logits))


@pytest.mark.parametrize("kind", [_Unsteady, _Counting])
def test_a_model_that_answers_otherwise_is_not_exported(
    kind: type[Concat], data: Dataset, built: Built, tmp_path: Path
) -> None:
    built.model.fusion = fusion = kind(16, 3, 0.0)
    with torch.no_grad():
        fusion.out.bias.fill_(0.5)
    with pytest.raises(ExportDiffers):
        exported(built, data, tmp_path / "export")
    assert not list(tmp_path.iterdir())


def test_a_difference_that_is_no_number_counts(
    data: Dataset, built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = torch.full((1, 3), float("nan"))
    monkeypatch.setattr(export, "_onnx", lambda _: lambda _: (nothing, nothing, nothing))
    with pytest.raises(ExportDiffers):
        exported(built, data, tmp_path / "export")


def _cut_short(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("place", [(export, "_write_onnx"), (export, "_save_image"), (export_folder, "render")])
def test_an_export_cut_short_leaves_the_earlier_one_whole(
    place: tuple[object, str], data: Dataset, built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = exported(built, data, tmp_path / "export", {"which": "earlier"})
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    monkeypatch.setattr(*place, _cut_short)
    with pytest.raises(KeyboardInterrupt):
        exported(built, data, folder, {"which": "later"})
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert list(tmp_path.iterdir()) == [folder]


def test_an_earlier_export_is_replaced_and_nothing_else(data: Dataset, built: Built, tmp_path: Path) -> None:
    folder = exported(built, data, tmp_path / "export", {"which": "earlier"})
    (folder / "left_over").write_text("of another model", "utf-8")
    exported(built, data, folder, {"which": "later"})
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["about"] == {"which": "later"}
    assert not (folder / "left_over").exists()
    other = tmp_path / "letters"
    other.mkdir()
    (other / "to_a_friend.txt").write_text("dear friend", "utf-8")
    with pytest.raises(RunInTheWay):
        exported(built, data, other)
    assert [path.name for path in other.iterdir()] == ["to_a_friend.txt"]
