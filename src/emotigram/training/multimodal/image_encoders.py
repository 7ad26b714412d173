"""Image encoders: the embedded one, any Hugging Face vision model, BLIP-2's Q-Former, and automatic captions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import torch
from PIL.Image import Image
from PIL.Image import new as new_image
from torch import Tensor, nn
from transformers import AutoImageProcessor, AutoModel

from emotigram.checkpoints.loading import check_files, loading
from emotigram.domain import Photo
from emotigram.inference.backbone import FEATURES, SIDE_PX, SPACE
from emotigram.inference.pixels import batch
from emotigram.settings import Settings
from emotigram.training.backbone_net import MEAN, SPREAD, BackboneNet
from emotigram.training.multimodal.fusion import Encoded
from emotigram.training.multimodal.text_encoders import IMPORTANCE


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
    """The pretrained network that the shipped captioner looks through, as a module that can go on learning."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = BackboneNet()
        self.width = FEATURES
        self.shape = (3, SIDE_PX, SIDE_PX)
        self.space = SPACE

    def pixels(self, images: Sequence[Image]) -> Tensor:
        values = torch.from_numpy(batch(images, SIDE_PX)).permute(0, 3, 1, 2).float()
        return (values - MEAN) / SPREAD

    def look(self, pixels: Tensor) -> Tensor:
        return cast(Tensor, self.encoder(pixels) * _is_there(pixels)[:, None, None])

    def about(self) -> dict[str, Any]:
        return {"image": "squashed", "side_px": SIDE_PX, "mean": [MEAN / 255] * 3, "std": [SPREAD / 255] * 3}


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
