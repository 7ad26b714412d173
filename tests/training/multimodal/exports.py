"""Exports of the small data set, for tests of what becomes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from emotigram.settings import Settings
from emotigram.training.multimodal.build import Built
from emotigram.training.multimodal.data import Dataset
from emotigram.training.multimodal.export import export_model

# TorchScript is what the first EmotiGram's users have; PyTorch has given no date for its end
TORCHSCRIPT_IS_OLD = [
    pytest.mark.filterwarnings("ignore:`torch.jit.:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:You are using the legacy TorchScript-based ONNX export:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The feature will be removed:DeprecationWarning"),
]
SETTINGS = Settings(device="cpu")
FIGURES = {"n": 21, "accuracy": 0.5, "majority_accuracy": 0.34, "macro_f1": 0.49, "macro_recall": None}
ABOUT: dict[str, Any] = {
    "data": {"title": "Drawn *photos*", "rows": {"train": 45, "held_out": 21}, "files": {"train.csv": "0f" * 32}},
    "config": {"text_encoder": "bag_of_words", "image_encoder": "embedded"},
    "figures": {"fused": FIGURES},
    "licence": "Drawn for a test: anybody's.",
}


def exported(built: Built, data: Dataset, folder: Path, about: dict[str, Any] = ABOUT) -> Path:
    """Export a model as a run does."""
    export_model(built.model, data, built, about, folder, SETTINGS)
    return folder
