"""Stored training photos as network input: random views while training, the whole photo otherwise."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from emotigram.inference.pixels import squash
from emotigram.training.vision import MEAN, SPREAD


def random_boxes(count: int, least_side: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Random views, shape (count, 5): left, top, width, height as shares of the photo, and 1 if mirrored."""
    size = rng.uniform(least_side, 1, (count, 2))
    corner = rng.uniform(0, 1, (count, 2)) * (1 - size)
    return np.concatenate([corner, size, rng.integers(0, 2, (count, 1))], 1).astype(np.float32)


def seen_through(pixels: NDArray[np.uint8], boxes: NDArray[np.float32], side_px: int) -> Tensor:
    """The views of stored pixels (n, h, w, 3), normalised: float (n, 3, side, side)."""
    photos = _normal(pixels)
    left, top, width, height, mirrored = torch.from_numpy(boxes).unbind(1)
    theta = torch.zeros(len(pixels), 2, 3)
    theta[:, 0, 0], theta[:, 1, 1] = width * (1 - 2 * mirrored), height
    theta[:, 0, 2], theta[:, 1, 2] = 2 * left + width - 1, 2 * top + height - 1
    grid = F.affine_grid(theta, [len(pixels), 3, side_px, side_px], align_corners=False)
    return F.grid_sample(photos, grid, align_corners=False, padding_mode="reflection")


def relit(views: Tensor, generator: torch.Generator) -> Tensor:
    """Views (n, 3, side, side) under another light: random contrast, brightness and tint."""
    gain = 0.8 + 0.4 * torch.rand(len(views), 1, 1, 1, generator=generator)
    lift = 0.4 * (torch.rand(len(views), 1, 1, 1, generator=generator) - 0.5)
    tint = 0.1 * (torch.rand(len(views), 3, 1, 1, generator=generator) - 0.5)
    return (views * gain + lift + tint).contiguous(memory_format=torch.channels_last)


def whole(pixels: NDArray[np.uint8], side_px: int) -> Tensor:
    """The whole photos as the runtime sees them, normalised: float (n, 3, side, side)."""
    return _normal(resized(pixels, side_px)).contiguous(memory_format=torch.channels_last)


def resized(pixels: NDArray[np.uint8], side_px: int) -> NDArray[np.uint8]:
    """Stored pixels at the model's size: uint8 (n, side, side, 3)."""
    return np.stack([squash(Image.fromarray(each), side_px) for each in pixels])


def in_channels_last(model: nn.Module) -> None:
    """Lay out convolution weights as photos are: about twice as fast on CPUs."""
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def _normal(pixels: NDArray[np.uint8]) -> Tensor:
    return (torch.from_numpy(pixels).permute(0, 3, 1, 2).float() - MEAN) / SPREAD
