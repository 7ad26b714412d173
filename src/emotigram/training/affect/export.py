"""Write the affect network as an ONNX file."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from emotigram.inference.backbone import FEATURES
from emotigram.training.affect.network import AffectNet
from emotigram.training.onnx_files import write_onnx


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


def export_affect(model: AffectNet, folder: Path) -> None:
    """Write ``affect.onnx`` (n-gram numbers, photo features -> sentiment, emotions, feeling)."""
    example = (torch.ones(2, 7, dtype=torch.int64), torch.ones(2, FEATURES))
    shapes = {"text": {0: "n", 1: "length"}, "photo": {0: "n"}}
    write_onnx(_Compact(model), example, ["sentiment", "emotions", "feeling"], shapes, folder / "affect.onnx")
