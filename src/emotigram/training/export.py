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
from emotigram.training.affect_network import AffectNet
from emotigram.training.networks import FEATURES, MEAN, SPREAD, STRIDE, CaptionDecoder, CaptionerNet

_LARGE = 1024  # weights below this many values stay in single precision: nothing to gain


class _Vision(nn.Module):
    """The runtime's view of the encoder: uint8 photos to grid, pooled features and hint probabilities."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, photos: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        grid, hint_logits = self.encoder((photos.permute(0, 3, 1, 2).float() - MEAN) / SPREAD)
        return grid, grid.mean(1), torch.sigmoid(hint_logits)


class _Memory(nn.Module):
    def __init__(self, decoder: CaptionDecoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, grid: Tensor, hints: Tensor) -> Tensor:
        return self.decoder.memory(grid, hints)


class _Step(nn.Module):
    """The runtime's view of the decoder: log-probabilities of the next word, and the past to go on from."""

    def __init__(self, decoder: CaptionDecoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, words: Tensor, memory: Tensor, past: Tensor) -> tuple[Tensor, Tensor]:
        scores, past = self.decoder.step(words, memory, past)
        return torch.log_softmax(scores, -1), past


class _Compact(nn.Module):
    """The runtime's view of the affect network: n-gram vectors as int8 with a scale each."""

    def __init__(self, model: AffectNet) -> None:
        super().__init__()
        vectors = model.embed.detach()
        scale = vectors.abs().amax(1, keepdim=True).clamp_min(1e-8) / 127
        self.bytes: Tensor
        self.scale: Tensor
        self.register_buffer("bytes", torch.round(vectors / scale).to(torch.int8))
        self.register_buffer("scale", scale)
        self.model = model

    def forward(self, text: Tensor, photo: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        vectors = self.bytes[text].float() * self.scale[text]
        return self.model.judged(vectors, text, photo)


def export_captioner(model: CaptionerNet, hints: int, side_px: int, folder: Path) -> None:
    """Write ``vision.onnx`` (photos -> grid, features, hints), ``memory.onnx`` (grid, hints -> memory) and
    ``decoder.onnx`` (words, memory, past -> scores, past)."""
    model.eval()
    photos = torch.zeros(2, side_px, side_px, 3, dtype=torch.uint8)
    seen = {"photos": {0: "n"}}
    _write(_Vision(model.encoder), (photos,), ["photos"], ["grid", "features", "hints"], seen, folder / "vision.onnx")
    grid, told = torch.zeros(2, (side_px // STRIDE) ** 2, FEATURES), torch.zeros(2, hints)
    shapes = {"grid": {0: "n"}, "hints": {0: "n"}}
    _write(_Memory(model.decoder), (grid, told), list(shapes), ["memory"], shapes, folder / "memory.onnx")
    decoder, lengths = model.decoder, {0: "n", 4: "length"}
    example = (torch.ones(2, dtype=torch.int64), decoder.memory(grid, told), _some_past(decoder))
    inputs = {"words": {0: "n"}, "memory": {0: "n"}, "past": lengths}
    _write(
        _Step(decoder),
        example,
        list(inputs),
        ["scores", "new_past"],
        {**inputs, "new_past": lengths},
        folder / "decoder.onnx",
    )


def _some_past(decoder: CaptionDecoder) -> Tensor:
    return torch.zeros(2, decoder.layers, 2, decoder.heads, 3, decoder.width // decoder.heads)


def export_affect(model: AffectNet, folder: Path) -> None:
    """Write ``affect.onnx`` (n-gram numbers, photo features -> sentiment, emotions, feeling)."""
    example = (torch.ones(2, 7, dtype=torch.int64), torch.ones(2, FEATURES))
    shapes = {"text": {0: "n", 1: "length"}, "photo": {0: "n"}}
    _write(_Compact(model), example, list(shapes), ["sentiment", "emotions", "feeling"], shapes, folder / "affect.onnx")


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
    every = {**{name: {0: "n"} for name in outputs}, **dynamic}
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
