"""The embedded networks: a plain residual encoder, a caption decoder, an affect head."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

WIDTHS = (48, 96, 192, 384)
GRID = 16  # 128 px / 4 (stem) / 8 (three strided stages) = 4 cells a side
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
    """Photos, uint8 (n, 128, 128, 3) -> grid (n, 16, 384) and tag logits (n, tags)."""

    def __init__(self, tags: int) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(3, WIDTHS[0], 4, 4)]
        wide = WIDTHS[0]
        for stage, width in enumerate(WIDTHS):
            layers.append(ResidualBlock(wide, width, 2 if stage else 1))
            layers.append(ResidualBlock(width, width, 1))
            wide = width
        self.trunk = nn.Sequential(*layers)
        self.tag_head = nn.Linear(FEATURES, tags)

    def forward(self, photos: Tensor) -> tuple[Tensor, Tensor]:
        return self.see((photos.permute(0, 3, 1, 2).float() - MEAN) / SPREAD)

    def see(self, normal: Tensor) -> tuple[Tensor, Tensor]:
        """The same from normalised pixels, float (n, 3, 128, 128)."""
        grid = self.trunk(normal).flatten(2).transpose(1, 2)
        return grid, self.tag_head(grid.mean(1))


class Attention(nn.Module):
    """Multi-head attention (Vaswani et al. 2017, arXiv:1706.03762); written out so that any length exports."""

    def __init__(self, width: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, seen: Tensor, hidden: Tensor | None = None) -> Tensor:
        """Attend from x (n, length, width) to seen (n, cells, width), but not where ``hidden`` (length, cells)."""
        query, (key, value) = self._split(self.query(x)), map(self._split, self.key_value(seen).chunk(2, -1))
        likeness = query @ key.transpose(2, 3) * key.shape[-1] ** -0.5
        if hidden is not None:
            likeness = likeness.masked_fill(hidden, -1e4)
        heard = torch.softmax(likeness, -1) @ value
        return cast(Tensor, self.out(heard.transpose(1, 2).flatten(2)))

    def _split(self, x: Tensor) -> Tensor:
        return x.view(x.shape[0], -1, self.heads, x.shape[-1] // self.heads).transpose(1, 2)


class DecoderBlock(nn.Module):
    """Attention to the words so far, attention to the photo, and a feed-forward layer, each normalised first."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(3)])
        self.to_words, self.to_photo = Attention(width), Attention(width)
        self.feed = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.drop = nn.Dropout(0.1)

    def forward(self, x: Tensor, seen: Tensor, hidden: Tensor) -> Tensor:
        said = self.norms[0](x)
        x = x + self.drop(self.to_words(said, said, hidden))
        x = x + self.drop(self.to_photo(self.norms[1](x), seen))
        return cast(Tensor, x + self.drop(self.feed(self.norms[2](x))))


class CaptionDecoder(nn.Module):
    """Next-word logits (n, length, words) from words so far, grid and tag probabilities."""

    def __init__(self, words: int, tags: int, width: int = 256, layers: int = 3, longest: int = 32) -> None:
        super().__init__()
        self.embed = nn.Embedding(words, width, padding_idx=0)
        self.place = nn.Parameter(torch.randn(longest, width) * 0.02)
        self.cell = nn.Parameter(torch.randn(GRID, width) * 0.02)
        self.from_grid = nn.Linear(FEATURES, width)
        self.from_tags = nn.Linear(tags, width)
        self.blocks = nn.ModuleList([DecoderBlock(width) for _ in range(layers)])
        self.norm = nn.LayerNorm(width)
        self.bias = nn.Parameter(torch.zeros(words))
        nn.init.normal_(self.embed.weight, std=0.05)

    def forward(self, words: Tensor, grid: Tensor, tags: Tensor) -> Tensor:
        seen = torch.cat([self.from_grid(grid) + self.cell, self.from_tags(tags)[:, None]], 1)
        place = torch.arange(words.shape[1], device=words.device)
        hidden = place[None, :] > place[:, None]
        x = self.embed(words) * 4 + self.place[place]
        for block in self.blocks:
            x = block(x, seen, hidden)
        return F.linear(self.norm(x), self.embed.weight, self.bias)


class CaptionerNet(nn.Module):
    """Encoder and decoder with a head for photo sentiment, which keeps mood in the features."""

    def __init__(self, tags: int, words: int, moods: int = 3) -> None:
        super().__init__()
        self.encoder = VisionEncoder(tags)
        self.decoder = CaptionDecoder(words, tags)
        self.mood = nn.Linear(FEATURES, moods)


class AffectNet(nn.Module):
    """Sentiment probabilities (n, 3) from hashed text ids and pooled photo features.

    Either side may be missing: text ids all 0, photo features all 0. Text is a bag of hashed
    n-grams with a learned weight each (fastText, arXiv:1607.01759, with attention pooling).
    """

    def __init__(self, buckets: int, width: int = 32, labels: int = 3) -> None:
        super().__init__()
        self.embed = nn.Embedding(buckets, width, padding_idx=0)
        self.weigh = nn.Embedding(buckets, 1, padding_idx=0)
        self.from_photo = nn.Sequential(nn.LayerNorm(FEATURES), nn.Linear(FEATURES, width), nn.ReLU())
        self.text_head = nn.Linear(width, labels)
        self.photo_head = nn.Linear(width, labels)
        self.fused_head = nn.Sequential(
            nn.Linear(2 * width, width), nn.ReLU(), nn.Dropout(0.2), nn.Linear(width, labels)
        )
        self.temperature: Tensor
        self.register_buffer("temperature", torch.ones(1))
        nn.init.normal_(self.embed.weight, std=0.05)
        nn.init.zeros_(self.weigh.weight)

    def logits(self, text_ids: Tensor, photo: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Text, photo and joint logits, each (n, 3); the joint one falls back to the side there is."""
        filled = (text_ids > 0)[..., None].float()
        weights = filled * torch.exp(self.weigh(text_ids))
        text = (self.embed(text_ids) * weights).sum(1) / weights.square().sum(1).clamp_min(1e-6).sqrt()
        has_text = filled.amax(1)
        has_photo = (photo.abs().sum(1, keepdim=True) > 0).float()
        seen = self.from_photo(photo) * has_photo
        by_text, by_photo = self.text_head(text), self.photo_head(seen)
        joint = by_text * has_text + by_photo * has_photo
        both = has_text * has_photo
        return by_text, by_photo, joint + both * self.fused_head(torch.cat([text, seen], 1))

    def forward(self, text_ids: Tensor, photo: Tensor) -> Tensor:
        return torch.softmax(self.logits(text_ids, photo)[2] / self.temperature, 1)
