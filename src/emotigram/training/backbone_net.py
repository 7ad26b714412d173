"""The pretrained network as a PyTorch module, for models that train it further or carry it along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from emotigram.inference.backbone import folded_weights, weights_file
from emotigram.training.backbone_graph import HEAD, MEAN, SIDE, SPREAD, STAGES, STEM

__all__ = ["MEAN", "SPREAD", "BackboneNet"]


class _Convolution(nn.Conv2d):
    """A convolution with TensorFlow's "SAME" padding: what is odd is added right and below."""

    def forward(self, x: Tensor) -> Tensor:
        edges: list[int] = []
        for size in (x.shape[3], x.shape[2]):
            missing = max((-(-size // self.stride[0]) - 1) * self.stride[0] + self.kernel_size[0] - size, 0)
            edges += [missing // 2, missing - missing // 2]
        return super().forward(F.pad(x, edges))


class _Block(nn.Module):
    """Inverted residual (Sandler et al. 2018, arXiv:1801.04381), batch normalisation folded in."""

    def __init__(self, wide_in: int, wide_out: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        inner = wide_in * expansion
        self._expand_conv = _Convolution(wide_in, inner, 1) if expansion > 1 else None
        self._depthwise_conv = _Convolution(inner, inner, kernel, stride, groups=inner)
        self._project_conv = _Convolution(inner, wide_out, 1)
        self.is_residual = stride == 1 and wide_in == wide_out

    def forward(self, x: Tensor) -> Tensor:
        y = x if self._expand_conv is None else F.relu6(self._expand_conv(x))
        y = self._project_conv(F.relu6(self._depthwise_conv(y)))
        return cast(Tensor, x + y if self.is_residual else y)


class BackboneNet(nn.Module):
    """Normalised photos (n, 3, 260, 260) -> grid (n, 25, 1280), as the shipped graph gives it.

    Raises BackboneMissing or BackboneDamaged.
    """

    def __init__(self) -> None:
        super().__init__()
        self._conv_stem = _Convolution(3, STEM, 3, 2)
        blocks, wide = [], STEM
        for count, kernel, stride, expansion, channels in STAGES:
            for number in range(count):
                blocks.append(_Block(wide, channels, kernel, 1 if number else stride, expansion))
                wide = channels
        self._blocks = nn.Sequential(*blocks)
        self._conv_head = _Convolution(wide, HEAD, 1)
        self.load_state_dict(_state(folded_weights(weights_file())))

    def forward(self, normal: Tensor) -> Tensor:
        x = F.relu6(self._conv_head(self._blocks(F.relu6(self._conv_stem(normal)))))
        return F.adaptive_avg_pool2d(x, SIDE).flatten(2).transpose(1, 2)


def _state(weights: Mapping[str, NDArray[np.float32]]) -> dict[str, Tensor]:
    return {name: torch.from_numpy(values) for name, values in weights.items() if not name.startswith("classes.")}
