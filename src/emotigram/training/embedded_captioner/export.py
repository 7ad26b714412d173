"""Write the captioner as ONNX files."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from emotigram.inference.backbone import CELLS, FEATURES
from emotigram.training.embedded_captioner.decoder import CaptionDecoder, CaptionerNet, HintHead
from emotigram.training.onnx_files import write_onnx


class _Hints(nn.Module):
    """The runtime's view of the hint head: probabilities."""

    def __init__(self, head: HintHead) -> None:
        super().__init__()
        self.head = head

    def forward(self, grid: Tensor) -> Tensor:
        return torch.sigmoid(self.head(grid))


class _EncoderState(nn.Module):
    """The runtime's view of the photo: keys and values that the decoder attends to, from grid and hints."""

    def __init__(self, decoder: CaptionDecoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, grid: Tensor, hints: Tensor) -> Tensor:
        return self.decoder.encoder_state(grid, hints)


class _Step(nn.Module):
    """The runtime's view of the decoder: log-probabilities of the next word, and the KV cache to go on from."""

    def __init__(self, decoder: CaptionDecoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, words: Tensor, encoder_state: Tensor, kv_cache: Tensor) -> tuple[Tensor, Tensor]:
        scores, kv_cache = self.decoder.step(words, encoder_state, kv_cache)
        return torch.log_softmax(scores, -1), kv_cache


def export_captioner(model: CaptionerNet, hints: int, folder: Path) -> None:
    """Write ``hints.onnx``, ``memory.onnx`` and ``decoder.onnx``, with the input names that the runtime knows.

    grid -> hints; grid, hints -> memory (the encoder state); words, memory, past (the KV cache) -> scores, new_past.
    """
    decoder, n = model.eval().decoder, {0: "n"}
    seen = torch.zeros(2, CELLS, FEATURES), torch.zeros(2, hints)
    write_onnx(_Hints(model.hints), seen[:1], ["hints"], {"grid": n}, folder / "hints.onnx")
    write_onnx(_EncoderState(decoder), seen, ["memory"], {"grid": n, "hints": n}, folder / "memory.onnx")
    example = (torch.ones(2, dtype=torch.int64), decoder.encoder_state(*seen), decoder.empty_kv_cache(2, 3))
    lengths = {0: "n", 4: "length"}
    axes = {"words": n, "memory": n, "past": lengths, "new_past": lengths}
    write_onnx(_Step(decoder), example, ["scores", "new_past"], axes, folder / "decoder.onnx")
