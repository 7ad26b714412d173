"""A trained model as TorchScript and ONNX, with the contract of the first EmotiGram's ``best_model.pt``.

``forward(input_ids (n, length), attention_mask (n, length), image)`` gives text, image and fused logits (n, 3). What is
exported is held against the trained model on real rows before anybody gets it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import onnxruntime as ort
import torch
from torch import Tensor, nn
from torch.jit import TracerWarning  # type: ignore[attr-defined]

from emotigram.checkpoints.loading import quiet
from emotigram.errors import ExportDiffers
from emotigram.settings import Settings
from emotigram.training.multimodal.build import Built
from emotigram.training.multimodal.data import LABELS, Dataset
from emotigram.training.multimodal.export_attention import plain_attention
from emotigram.training.multimodal.export_folder import new_export, write_card_and_manifest
from emotigram.training.multimodal.export_rows import Inputs, batches_to_compare, contract_inputs, picked_rows
from emotigram.training.multimodal.image_encoders import HuggingFaceImage, ImageEncoder
from emotigram.training.multimodal.model import MultiModalSentimentModel
from emotigram.training.multimodal.ngram_encoder import NgramEncoder
from emotigram.training.multimodal.strategies import STRATEGIES
from emotigram.training.multimodal.text_encoders import TextEncoder

TORCHSCRIPT, ONNX = "best_model.pt", "model.onnx"
LIMITS = {TORCHSCRIPT: 1e-5, ONNX: 1e-3}  # of the largest difference of any logit
_INPUTS = ["input_ids", "attention_mask", "image"]
_OUTPUTS = ["text_logits", "image_logits", "fused_logits"]
_SIDES = ("text", "image", "fused")
_OPSET = 17

Logits = tuple[Tensor, Tensor, Tensor]


class _Contract(nn.Module):
    """The three inputs that other programs know, without what training had looked at before."""

    def __init__(self, model: MultiModalSentimentModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: Tensor, attention_mask: Tensor, image: Tensor) -> Logits:
        found: Logits = self.model(input_ids, attention_mask, image)
        return found


@torch.no_grad()
def export_model(
    model: MultiModalSentimentModel,
    data: Dataset,
    built: Built,
    about: Mapping[str, Any],
    folder: Path,
    settings: Settings,
) -> None:
    """Write TorchScript, ONNX, what turns texts and photos into numbers, ``manifest.json`` and ``CARD.md``.

    ``about`` is what the run tells of itself, ``licence`` is that of its data. An earlier export is replaced. Raises
    DataPhoto, RunInTheWay, and ExportDiffers where a file answers otherwise than the model: then nothing is exported.
    """
    inputs = contract_inputs(built, data, picked_rows(built), settings)
    with new_export(folder) as draft, _at_rest(model):
        wanted = [(batch, model(*batch)) for batch in batches_to_compare(inputs)]
        _write_files(model, tuple(values[2:4] for values in inputs), draft)
        manifest = {
            "labels": list(LABELS),
            "fusion": next(name for name, kind in STRATEGIES.items() if isinstance(model.fusion, kind)),
            "encoders": {"text": type(model.text_encoder).__name__, "image": type(model.image_encoder).__name__},
            **model.text_encoder.save(draft),
            **_save_image(model.image_encoder, draft),
            "temperatures": dict(zip(_SIDES, torch.exp(model.log_temperature).tolist(), strict=True)),
            "parity": {name: {"difference": _parity(draft / name, wanted), "limit": LIMITS[name]} for name in LIMITS},
        }
        write_card_and_manifest(draft, manifest, about)


def _write_files(model: MultiModalSentimentModel, example: tuple[Tensor, ...], draft: Path) -> None:
    """Trace the model twice; lengths and batches may vary in what comes out."""
    contract, n = _Contract(model).eval(), {0: "n"}
    axes = {**dict.fromkeys([*_INPUTS, *_OUTPUTS], n), "input_ids": {0: "n", 1: "length"}}
    axes["attention_mask"] = axes["input_ids"]
    if isinstance(model.image_encoder, TextEncoder):
        axes["image"] = {0: "n", 1: "image_length"}
    with _one_table(model), quiet(), warnings.catch_warnings():
        # shapes that a trace took for constant would show in the comparison with other rows
        warnings.filterwarnings("ignore", category=TracerWarning)
        warnings.filterwarnings("ignore", ".*is_gradient_checkpointing", FutureWarning)  # a trace asks for every name
        for harmless in ("Constant folding - Only steps=1", "Exporting aten::index operator"):  # no index is negative
            warnings.filterwarnings("ignore", harmless, UserWarning)
        torch.jit.trace(contract, example, check_trace=False).save(str(draft / TORCHSCRIPT))
        with plain_attention(model):
            _write_onnx(contract, example, axes, draft / ONNX)


def _write_onnx(contract: nn.Module, example: tuple[Tensor, ...], axes: dict[str, dict[int, str]], path: Path) -> None:
    torch.onnx.export(
        contract,
        example,
        str(path),
        input_names=_INPUTS,
        output_names=_OUTPUTS,
        dynamic_axes=axes,
        opset_version=_OPSET,
        dynamo=False,
    )


def _save_image(encoder: ImageEncoder | TextEncoder, draft: Path) -> dict[str, Any]:
    """Write what turns photos into pixels; returns its part of the manifest."""
    if isinstance(encoder, TextEncoder):
        (draft / "caption").mkdir()
        return {"image": "caption", "caption": encoder.save(draft / "caption")}
    about = encoder.about() | {"image_shape": list(encoder.shape)}
    if isinstance(encoder, HuggingFaceImage):
        encoder.processor.save_pretrained(draft / "processor")
        about["image"] = "processor"  # it may crop, and resizes in its own way
    return about


def _parity(file: Path, wanted: Sequence[tuple[Inputs, Logits]]) -> float:
    """The largest difference of any logit; raises ExportDiffers."""
    answer = _torchscript(file) if file.name == TORCHSCRIPT else _onnx(file)
    difference = max(
        float((found - right).abs().max())
        for batch, logits in wanted
        for found, right in zip(answer(batch), logits, strict=True)
    )
    if not difference <= LIMITS[file.name]:
        raise ExportDiffers(file=file.name, difference=difference, limit=LIMITS[file.name])
    return difference


def _torchscript(file: Path) -> Callable[[Inputs], Logits]:
    module = torch.jit.load(str(file), map_location="cpu")
    return lambda batch: module(*batch)


def _onnx(file: Path) -> Callable[[Inputs], Logits]:
    session = ort.InferenceSession(str(file), providers=["CPUExecutionProvider"])

    def answer(batch: Inputs) -> Logits:
        given = {name: values.numpy() for name, values in zip(_INPUTS, batch, strict=True)}
        text, image, fused = map(torch.from_numpy, session.run(_OUTPUTS, given))
        return text, image, fused

    return answer


@contextmanager
def _at_rest(model: nn.Module) -> Iterator[None]:
    """The model on the CPU without dropout, for a while."""
    device, was_training = next(model.parameters()).device, model.training
    model.cpu().eval()
    try:
        yield
    finally:
        model.to(device).train(was_training)


@contextmanager
def _one_table(model: nn.Module) -> Iterator[None]:
    """For a while without the tables of n-grams that only training rows need."""
    bags = [each for each in model.modules() if isinstance(each, NgramEncoder)]
    tables = [bag.own for bag in bags]
    for bag in bags:
        bag.own = bag.own[: bag.size].clone()
    try:
        yield
    finally:
        for bag, table in zip(bags, tables, strict=True):
            bag.own = table
