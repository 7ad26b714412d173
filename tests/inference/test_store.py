"""Shipped models are whole, small, and refused when they are not what the manifest says."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

import pytest

from emotigram.errors import ModelDamaged
from emotigram.inference.store import open_model

MODELS = Path(str(resources.files("emotigram") / "models"))


def _shipped() -> list[Path]:
    return sorted(path.parent for path in MODELS.glob("*/*/manifest.json"))


def test_captioner_and_affect_ship_with_a_card() -> None:
    assert [folder.parent.name for folder in _shipped()] == ["affect", "captioner"]
    assert all("Data and terms" in (folder / "CARD.md").read_text("utf-8") for folder in _shipped())


def test_all_models_together_stay_under_40_mb() -> None:
    assert sum(path.stat().st_size for path in MODELS.rglob("*") if path.is_file()) < 40e6


@pytest.mark.parametrize("damage", ["flip", "cut", "remove"])
def test_a_damaged_model_is_refused(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "captioner" / "1"
    shutil.copytree(MODELS / "captioner" / "1", folder)
    weights = folder / "vision.onnx"
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


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelDamaged):
        open_model(tmp_path)
