"""Shipped models are whole, small, and refused when they are not what the manifest says."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

import pytest

from emotigram.captioners.embedded import EmbeddedCaptioner
from emotigram.errors import ModelDamaged, ModelMismatched
from emotigram.inference.backbone import Backbone
from emotigram.inference.store import Model, open_model

MODELS = Path(str(resources.files("emotigram") / "models"))


def _shipped() -> list[Path]:
    return sorted(path.parent for path in MODELS.glob("*/*/manifest.json"))


def test_all_models_ship_with_a_card() -> None:
    assert [folder.parent.name for folder in _shipped()] == ["affect", "backbone", "captioner", "text_gate"]
    assert all("erms" in (folder / "CARD.md").read_text("utf-8") for folder in _shipped())


def test_all_models_together_stay_under_30_mb() -> None:
    assert sum(path.stat().st_size for path in MODELS.rglob("*") if path.is_file()) < 30e6


@pytest.mark.parametrize("damage", ["flip", "cut", "remove"])
def test_a_damaged_model_is_refused(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "captioner" / "1"
    shutil.copytree(_newest("captioner").folder, folder)
    weights = folder / "decoder.onnx"
    data = bytearray(weights.read_bytes())
    if damage == "flip":
        data[len(data) // 2] ^= 1
        weights.write_bytes(data)
    elif damage == "cut":
        weights.write_bytes(data[:-1])
    else:
        weights.unlink()
    with pytest.raises(ModelDamaged, match="captioner"):
        open_model(folder)


@pytest.mark.parametrize(
    "text", ["", "not JSON", "[]", "{}", '{"files": ["vision.onnx"]}', '{"files": {"x.onnx": "00"}}']
)
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text, "utf-8")
    with pytest.raises(ModelDamaged):
        open_model(tmp_path)


def test_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vision.onnx").write_text("not a network", "utf-8")
    with pytest.raises(ModelDamaged):
        Model(tmp_path, {}).session("vision.onnx")


@pytest.mark.parametrize(
    ("shapes", "said"),
    [
        ({"photo": (None, 999)}, "'photo' should be n × 999, but is n × 1280"),
        ({"photo": (None, 1280, 1)}, "'photo' should be n × 1280 × 1, but is n × 1280"),
        ({"sound": (None, 7)}, "'sound' should be n × 7, but is -"),
    ],
)
def test_a_network_that_is_not_what_the_manifest_says_is_refused(
    shapes: dict[str, tuple[int | None, ...]], said: str
) -> None:
    model = _newest("affect")
    session = model.session("affect.onnx", 1)
    model.expect(session, {"photo": (None, 1280), "text": (None, None)})
    with pytest.raises(ModelMismatched, match=said):
        model.expect(session, shapes)


@pytest.mark.parametrize("fault", ["fewer tags", "no tags", "more words"])
def test_a_captioner_whose_manifest_speaks_of_another_network_is_refused(fault: str) -> None:
    model = _newest("captioner")
    manifest = dict(model.manifest)
    if fault == "fewer tags":
        manifest["tag_keys"] = manifest["tag_keys"][1:]
    elif fault == "no tags":
        del manifest["tag_keys"]
    else:
        manifest["hint_words"] = [*manifest["hint_words"], "more"]
    with pytest.raises(ModelMismatched, match="captioner"):
        EmbeddedCaptioner(Model(model.folder, manifest), Backbone(threads=1), threads=1)


def _newest(name: str) -> Model:
    return open_model(next(folder for folder in _shipped() if folder.parent.name == name))


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelDamaged):
        open_model(tmp_path)
