"""Image encoders: the embedded one, any Hugging Face vision model, BLIP-2's Q-Former, and automatic captions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from PIL.Image import Image
from PIL.Image import new as new_image
from torch import Tensor, nn
from transformers import AutoImageProcessor, AutoModel

from emotigram.checkpoints.loading import check_files, loading
from emotigram.domain import Photo
from emotigram.errors import ModelDamaged
from emotigram.inference.pixels import batch
from emotigram.inference.store import shipped_model
from emotigram.sentiment.embedded import EYES_VERSION
from emotigram.settings import Settings
from emotigram.training.multimodal.fusion import Encoded
from emotigram.training.multimodal.text_encoders import IMPORTANCE
from emotigram.training.vision import FEATURES, MEAN, SPREAD, VisionEncoder


class ImageEncoder(nn.Module):
    """What all image encoders do: ``pixels`` of photos, ``look`` at them, ``forward`` on what was seen.

    ``look`` is apart because an encoder that is not trained need look only once.
    """

    width: int
    shape: tuple[int, ...]  # of one photo's pixels

    @property
    def importance(self) -> Tensor:
        """How little a feature is held back by the decay of weights, (width,)."""
        return torch.full((self.width,), IMPORTANCE)

    def pixels(self, images: Sequence[Image]) -> Tensor:
        """Upright RGB images as (n, *shape)."""
        raise NotImplementedError

    def look(self, pixels: Tensor) -> Tensor:
        """Tokens (n, length, width) of pixels; all zeros where all pixels are: there is no photo."""
        raise NotImplementedError

    def forward(self, tokens: Tensor) -> Encoded:
        """Tokens with their mean; a row of zeros is a missing photo."""
        is_there = (tokens.abs().amax((1, 2)) > 0).to(tokens.dtype)[:, None]
        return Encoded(tokens, is_there.expand(-1, tokens.shape[1]), tokens.mean(1))

    def about(self) -> dict[str, Any]:
        """The encoder's part of the manifest: how a photo becomes pixels."""
        raise NotImplementedError


class EmbeddedImage(ImageEncoder):
    """The shipped captioner's vision network, as a module that can go on learning."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        model = shipped_model("captioner", EYES_VERSION, settings.models_dir)
        state = _state(model.folder / "vision.onnx")
        hints = len(state.get("hint_head.bias", ()))
        self.encoder = VisionEncoder(hints, 0)
        try:
            self.encoder.load_state_dict(state)
        except RuntimeError as error:
            raise ModelDamaged(name="captioner") from error
        self.encoder.hint_head.requires_grad_(False)
        self.width = FEATURES
        self.side: int = model.field("size_px")
        self.shape = (3, self.side, self.side)
        self.space = f"embedded/{EYES_VERSION}"

    def pixels(self, images: Sequence[Image]) -> Tensor:
        values = torch.from_numpy(batch(images, self.side)).permute(0, 3, 1, 2).float()
        return (values - MEAN) / SPREAD

    def look(self, pixels: Tensor) -> Tensor:
        grid, _ = self.encoder(pixels)
        return cast(Tensor, grid * _is_there(pixels)[:, None, None])

    def about(self) -> dict[str, Any]:
        return {"image": "squashed", "side_px": self.side, "mean": [MEAN / 255] * 3, "std": [SPREAD / 255] * 3}


class HuggingFaceImage(ImageEncoder):
    """Any vision model of Hugging Face's transformers, or the vision half of a CLIP, from a local folder."""

    def __init__(self, folder: Path, name: str, settings: Settings) -> None:
        super().__init__()
        with loading(folder, name, settings):
            check_files(folder, name)
            self.processor = AutoImageProcessor.from_pretrained(str(folder), local_files_only=True, backend="pil")
            whole = AutoModel.from_pretrained(
                str(folder), local_files_only=True, trust_remote_code=False, weights_only=True, dtype=torch.float32
            )
        self.encoder = getattr(whole, "vision_model", whole)
        one = self.pixels([new_image("RGB", (64, 64))])
        self.shape = tuple(one.shape[1:])
        with torch.no_grad():
            self.width = int(self.look(one + 1).shape[2])

    def pixels(self, images: Sequence[Image]) -> Tensor:
        values: Tensor = self.processor(images=list(images), return_tensors="pt")["pixel_values"]
        return values.float()

    def look(self, pixels: Tensor) -> Tensor:
        seen = self.encoder(pixel_values=pixels).last_hidden_state
        tokens = seen.flatten(2).transpose(1, 2) if seen.dim() == 4 else seen  # convolutional models give a map
        return cast(Tensor, tokens * _is_there(pixels)[:, None, None])

    def about(self) -> dict[str, Any]:
        processor = self.processor
        return {
            "image": "squashed",
            "side_px": self.shape[-1],
            "mean": [float(value) for value in processor.image_mean],
            "std": [float(value) for value in processor.image_std],
        }


class QFormerImage(ImageEncoder):
    """What BLIP-2's Q-Former says of a photo; never trained here: its tokens are computed once."""

    def __init__(self, folder: Path, name: str, settings: Settings) -> None:
        super().__init__()
        from emotigram.captioners.blip2.captioner import Blip2Captioner  # noqa: PLC0415  # needs peft, and only where it is asked for
        from emotigram.captioners.blip2.checkpoint import load_checkpoint  # noqa: PLC0415

        captioner = Blip2Captioner(load_checkpoint(folder, name, settings), None, settings)
        self.space = captioner.space
        self._look = captioner.look
        queries = captioner.model.query_tokens.shape
        self.width = int(queries[2])
        self.shape = (int(queries[1]), self.width)

    def pixels(self, images: Sequence[Image]) -> Tensor:
        """The Q-Former's output itself, (n, queries, width)."""
        return torch.from_numpy(self._look([Photo(image, "", "") for image in images])[1])

    def look(self, pixels: Tensor) -> Tensor:
        return pixels

    def about(self) -> dict[str, Any]:
        return {"image": "features", "space": self.space}


def _is_there(pixels: Tensor) -> Tensor:
    return (pixels.abs().flatten(1).amax(1) > 0).to(pixels.dtype)


def _state(path: Path) -> dict[str, Tensor]:
    """The encoder's weights out of the exported graph, which keeps their names."""
    state = {}
    for each in onnx.load(str(path)).graph.initializer:
        name = each.name.removeprefix("encoder.").removesuffix(".half")
        state[name] = torch.from_numpy(np.array(numpy_helper.to_array(each), dtype=np.float32))
    counted = {name.replace("running_mean", "num_batches_tracked") for name in state if name.endswith("running_mean")}
    return state | {name: torch.tensor(0) for name in counted}
