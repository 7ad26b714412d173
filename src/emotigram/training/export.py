"""Write trained networks as ONNX files with half-precision weights, manifest included."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from torch import Tensor, nn

from emotigram.inference.store import sha256
from emotigram.training.networks import CaptionerNet

_LARGE = 1024  # weights below this many values stay in single precision: nothing to gain


class _Vision(nn.Module):
    """The runtime's view of the encoder: grid, pooled features and tag probabilities."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, photos: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        grid, tag_logits = self.encoder(photos)
        return grid, grid.mean(1), torch.sigmoid(tag_logits)


class _LastWord(nn.Module):
    """The runtime's view of the decoder: log-probabilities of the next word only."""

    def __init__(self, decoder: nn.Module) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, words: Tensor, grid: Tensor, tags: Tensor) -> Tensor:
        return torch.log_softmax(self.decoder(words, grid, tags)[:, -1], -1)


def export_captioner(model: CaptionerNet, tags: int, folder: Path) -> None:
    """Write ``vision.onnx`` (photos -> grid, features, tags) and ``decoder.onnx`` (words, grid, tags -> scores)."""
    model.eval()
    photos = torch.zeros(2, 128, 128, 3, dtype=torch.uint8)
    _write(
        _Vision(model.encoder),
        (photos,),
        ["photos"],
        ["grid", "features", "tags"],
        {"photos": {0: "n"}},
        folder / "vision.onnx",
    )
    words = torch.ones(2, 5, dtype=torch.int64)
    example = (words, torch.zeros(2, 16, 384), torch.zeros(2, tags))
    shapes = {"words": {0: "n", 1: "length"}, "grid": {0: "n"}, "tags": {0: "n"}}
    _write(_LastWord(model.decoder), example, list(shapes), ["scores"], shapes, folder / "decoder.onnx")


def export_affect(model: nn.Module, folder: Path) -> None:
    """Write ``affect.onnx`` (text ids, photo features -> probabilities)."""
    model.eval()
    example = (torch.ones(2, 7, dtype=torch.int64), torch.ones(2, 384))
    shapes = {"text": {0: "n", 1: "length"}, "photo": {0: "n"}}
    _write(model, example, list(shapes), ["sentiment"], shapes, folder / "affect.onnx")


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write ``manifest.json`` with the checksum of every other file but the card."""
    files = {p.name: sha256(p) for p in sorted(folder.iterdir()) if p.name not in {"manifest.json", "CARD.md"}}
    text = json.dumps({**manifest, "files": files}, ensure_ascii=False, indent=2)
    (folder / "manifest.json").write_text(text + "\n", "utf-8")


def _write(
    module: nn.Module,
    example: tuple[Tensor, ...],
    inputs: list[str],
    outputs: list[str],
    dynamic: dict[str, dict[int, str]],
    path: Path,
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    module.eval()
    every = {**dynamic, **{name: {0: "n"} for name in outputs}}
    torch.onnx.export(
        module,
        example,
        str(path),
        input_names=inputs,
        output_names=outputs,
        dynamic_axes=every,
        dynamo=False,
        do_constant_folding=False,
    )
    onnx.save(_halved(onnx.load(path)), path)


def _halved(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Store large weights as float16; a Cast restores float32, which onnxruntime folds on loading."""
    casts = []
    for weight in graph.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size < _LARGE:
            continue
        name = weight.name
        weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), name + ".half"))
        casts.append(helper.make_node("Cast", [name + ".half"], [name], to=onnx.TensorProto.FLOAT))
    for cast in reversed(casts):
        graph.graph.node.insert(0, cast)
    onnx.checker.check_model(graph)
    return graph
