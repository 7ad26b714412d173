"""The vision network that all that ships shares: a plain residual encoder with a head for tags and words."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

WIDTHS = (48, 96, 192, 384)
STRIDE = 32  # 4 (stem) x 8 (three strided stages)
FEATURES = WIDTHS[-1]
MEAN = 0.449 * 255  # mean and spread of ImageNet's grey level: the exact value is of no weight
SPREAD = 0.226 * 255


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions with a shortcut (He et al. 2015, arXiv:1512.03385)."""

    def __init__(self, wide_in: int, wide_out: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(wide_in, wide_out, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(wide_out)
        self.second = nn.Conv2d(wide_out, wide_out, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(wide_out)
        same = wide_in == wide_out and stride == 1
        self.shortcut = nn.Identity() if same else nn.Conv2d(wide_in, wide_out, 1, stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.first_norm(self.first(x)))
        return F.relu(self.shortcut(x) + self.second_norm(self.second(y)))


class VisionEncoder(nn.Module):
    """Normalised photos, float (n, 3, side, side) -> grid (n, cells, 384) and hint logits (n, tags + words)."""

    def __init__(self, tags: int, words: int) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(3, WIDTHS[0], 4, 4)]
        wide = WIDTHS[0]
        for stage, width in enumerate(WIDTHS):
            layers.append(ResidualBlock(wide, width, 2 if stage else 1))
            layers.append(ResidualBlock(width, width, 1))
            wide = width
        self.trunk = nn.Sequential(*layers)
        self.hint_head = nn.Linear(FEATURES, tags + words)
        nn.init.constant_(self.hint_head.bias, -4.0)  # most things are in few photos

    def forward(self, normal: Tensor) -> tuple[Tensor, Tensor]:
        grid = self.trunk(normal).flatten(2).transpose(1, 2)
        return grid, self.hint_head(grid.mean(1))
