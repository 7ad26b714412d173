"""The pretrained network as a PyTorch module, for models that train it further or carry it along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from emotigram.inference.backbone import SIDE_PX, folded_weights, weights_file
from emotigram.training.backbone_graph import HEAD, MEAN, SPREAD, STAGES, STEM, cell_means

__all__ = ["MEAN", "SPREAD", "BackboneNet"]


class _Convolution(nn.Conv2d):
    """A convolution of maps of ``side`` cells, padded as TensorFlow's "SAME": what is odd is added right and below."""

    def __init__(self, side: int, wide_in: int, wide_out: int, kernel: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__(wide_in, wide_out, kernel, stride, groups=groups)
        missing = max((-(-side // stride) - 1) * stride + kernel - side, 0)
        self.edges = [missing // 2, missing - missing // 2] * 2

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(F.pad(x, self.edges))


class _Block(nn.Module):
    """Inverted residual (Sandler et al. 2018, arXiv:1801.04381), batch normalisation folded in."""

    def __init__(self, side: int, wide: tuple[int, int], kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        inner = wide[0] * expansion
        self._expand_conv = _Convolution(side, wide[0], inner, 1) if expansion > 1 else None
        self._depthwise_conv = _Convolution(side, inner, inner, kernel, stride, groups=inner)
        self._project_conv = _Convolution(side, inner, wide[1], 1)
        self.is_residual = stride == 1 and wide[0] == wide[1]

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
        self._conv_stem = _Convolution(SIDE_PX, 3, STEM, 3, 2)
        blocks, wide, side = [], STEM, SIDE_PX // 2
        for count, kernel, stride, expansion, channels in STAGES:
            for number in range(count):
                own = 1 if number else stride
                blocks.append(_Block(side, (wide, channels), kernel, own, expansion))
                wide, side = channels, -(-side // own)
        self._blocks = nn.Sequential(*blocks)
        self._conv_head = _Convolution(side, wide, HEAD, 1)
        self.means: Tensor
        self.register_buffer("means", torch.from_numpy(cell_means()), persistent=False)
        self.load_state_dict(_state(folded_weights(weights_file())))

    def forward(self, normal: Tensor) -> Tensor:
        x = F.relu6(self._conv_head(self._blocks(F.relu6(self._conv_stem(normal)))))
        return (x.flatten(2) @ self.means).transpose(1, 2)


def _state(weights: Mapping[str, NDArray[np.float32]]) -> dict[str, Tensor]:
    return {name: torch.from_numpy(values) for name, values in weights.items() if not name.startswith("classes.")}
