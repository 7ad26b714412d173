"""A model of one's own as the sentiment engine: an export of ``emotigram train sentiment``, or a bare best_model.pt.

Needs the extra ``train``. A TorchScript file is a program: open only those of people you trust.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotigram.domain import Affect, Features, Photo, Sentiment
from emotigram.errors import ExtraMissing, FeaturesMissing, WeightsWrong
from emotigram.ports import SentimentModel
from emotigram.sentiment.torchscript.exported import LABELS, ExportedModel, find_exported
from emotigram.settings import Settings

try:
    import torch

    from emotigram.sentiment.torchscript.inputs import PhotoPixels, TextNumbers
except ImportError as error:
    raise ExtraMissing(extra="train", package=error.name or "torch") from error

_BATCH = 32  # pairs a pass
_SHOWN = 160  # characters of a library's own message
_CONTRACT = "forward(input_ids, attention_mask, image) -> text, image and fused logits (n, 3)"
_FAULTS = (RuntimeError, ValueError, TypeError, LookupError, OSError)  # what TorchScript raises at what is none of its
_TEXT, _IMAGE, _FUSED = range(3)


def open_model(settings: Settings) -> TorchScriptSentiment:
    """Load model and tokenizer; raises SettingsError and EngineError."""
    exported = find_exported(settings)
    return TorchScriptSentiment(exported, _load(exported.model, exported.name), settings)


class TorchScriptSentiment(SentimentModel):
    """Fused logits judge pairs; where a text or a photo is missing, the other side's own logits do.

    A model of captions looks at no photo, and nobody hands it captions: only texts count for it.
    """

    def __init__(self, exported: ExportedModel, module: Any, settings: Settings) -> None:
        """Try the model on nothing; raises WeightsWrong where it does not answer by the contract."""
        self.name = f"torchscript:{exported.name}"
        says = exported.manifest
        self._name, self._module, self._labels = exported.name, module, says["labels"]
        self._kind, self._space = says["image"], says.get("space")
        self._shape = tuple(says.get("image_shape", ()))
        self._numbers, self._pixels = TextNumbers(exported, settings), PhotoPixels(exported, settings)
        self._lock = Lock()  # a tokenizer is changed by cutting texts
        self._try_out()

    def judge(
        self,
        photos: Sequence[Photo | None],
        texts: Sequence[str],
        features: Sequence[Features | None] | None = None,
    ) -> list[Affect]:
        """Return one affect a pair, of sentiment alone; raises FeaturesMissing, and ValueError for a pair of nothing.

        Features of the model's space replace looking at the photo.
        """
        if not len(photos) == len(texts) == len(features if features is not None else texts):
            raise ValueError(f"{len(photos)} photos, {len(texts)} texts and their features must be as many")
        given = features or [None] * len(photos)
        affects: list[Affect] = []
        for at in range(0, len(photos), _BATCH):
            part = slice(at, at + _BATCH)
            seen = [
                self._see(photo, text, known)
                for photo, text, known in zip(photos[part], texts[part], given[part], strict=True)
            ]
            affects += self._judge_batch(texts[part], seen)
        return affects

    def _judge_batch(self, texts: Sequence[str], seen: Sequence[NDArray[np.float32] | None]) -> list[Affect]:
        with self._lock:
            ids, mask = self._numbers(texts)
            logits = self._answer(ids, mask, self._stacked(seen))
        shares = torch.softmax(torch.stack(logits).double(), 2).numpy()
        affects = []
        for row, (of_row, image) in enumerate(zip(mask, seen, strict=True)):
            side = _TEXT if image is None else _FUSED if of_row.any() else _IMAGE
            affects.append(Affect(Sentiment(**dict(zip(self._labels, map(float, shares[side, row]), strict=True)))))
        return affects

    def _see(self, photo: Photo | None, text: str, known: Features | None) -> NDArray[np.float32] | None:
        """What the model takes of a photo; None where there is none, or none that it could take."""
        if known is not None and self._space is not None and known.space == self._space:
            return known.values
        if photo is None:
            if not text.strip():
                raise ValueError("a pair needs a photo, a text or both")
            return None
        if self._kind == "features" or (self._kind == "caption" and not text.strip()):
            raise FeaturesMissing(name=self._name, wanted=self._space or self._kind)
        return self._pixels(photo.image) if self._kind != "caption" else None

    def _stacked(self, seen: Sequence[NDArray[np.float32] | None]) -> NDArray[Any]:
        if self._kind == "caption":
            return np.zeros((len(seen), 1), np.int64)
        nothing = np.zeros(self._shape, np.float32)
        return np.stack([nothing if image is None else image for image in seen])

    def _answer(self, *inputs: NDArray[Any]) -> tuple[torch.Tensor, ...]:
        with torch.inference_mode():
            found: tuple[torch.Tensor, ...] = self._module(*(torch.from_numpy(each) for each in inputs))
        return found

    def _try_out(self) -> None:
        ids = np.zeros((2, 3), np.int64)
        try:
            found = self._answer(ids, ids + 1, self._stacked([None, None]))
        except _FAULTS as error:
            raise WeightsWrong(name=self._name, wanted=_CONTRACT, found=_last_line(error)) from error
        shapes = [tuple(each.shape) if isinstance(each, torch.Tensor) else type(each).__name__ for each in found]
        if not isinstance(found, tuple) or shapes != [(2, len(LABELS))] * 3:
            raise WeightsWrong(name=self._name, wanted=_CONTRACT, found=f"{type(found).__name__} {shapes}")


def _load(path: Path, name: str) -> Any:
    """Open a TorchScript file on the CPU; raises WeightsWrong."""
    found = _kind_of(path)
    if found != "TorchScript":
        raise WeightsWrong(name=name, wanted="TorchScript (torch.jit.save)", found=found)
    try:
        module: Any = torch.jit.load(str(path), map_location="cpu")  # type: ignore[no-untyped-call]
        return module.eval()
    except _FAULTS as error:
        raise WeightsWrong(name=name, wanted="TorchScript (torch.jit.save)", found=_last_line(error)) from error


def _kind_of(path: Path) -> str:
    """What kind of file it is, without running anything of it."""
    if not zipfile.is_zipfile(path):
        return "no TorchScript archive"
    with zipfile.ZipFile(path) as archive:
        names = {Path(name).name for name in archive.namelist()}
    if "constants.pkl" in names:
        return "TorchScript"
    return "state_dict or pickled module (torch.save)" if "data.pkl" in names else "another archive"


def _last_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {(lines or [''])[-1][:_SHOWN]}"
