"""The captioner's own networks over what the backbone saw: hints of tags and words, and the decoder."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from emotigram.inference.backbone import CELLS, FEATURES

_HINT_TOKENS = 4
_DROP = 0.25  # the backbone does not learn with it: what is learned here is soon learned by heart
_HINT_DROP = 0.4


class Attention(nn.Module):
    """Multi-head attention (Vaswani et al. 2017, arXiv:1706.03762), keys and values apart so that they can be kept."""

    def __init__(self, width: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)

    def keys_values(self, seen: Tensor) -> Tensor:
        """Keys and values (n, 2, heads, cells, width / heads) of what is seen (n, cells, width)."""
        both = self.key_value(seen)
        split = both.view(both.shape[0], both.shape[1], 2, self.heads, -1)
        return cast(Tensor, split.permute(0, 2, 3, 1, 4))

    def forward(self, x: Tensor, keys_values: Tensor, hidden: Tensor | None = None) -> Tensor:
        """Attend from x (n, length, width), but not where ``hidden`` (length, cells)."""
        asked = self.query(x)
        query = asked.view(asked.shape[0], asked.shape[1], self.heads, -1).transpose(1, 2)
        key, value = keys_values[:, 0], keys_values[:, 1]
        likeness = query @ key.transpose(2, 3) * key.shape[-1] ** -0.5
        if hidden is not None:
            likeness = likeness.masked_fill(hidden, -1e4)
        heard = torch.softmax(likeness, -1) @ value
        return cast(Tensor, self.out(heard.transpose(1, 2).flatten(2)))


class DecoderBlock(nn.Module):
    """Attention to the words so far, attention to the photo, and a feed-forward layer, each normalised first."""

    def __init__(self, width: int, drop: float) -> None:
        super().__init__()
        self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(3)])
        self.to_words, self.to_photo = Attention(width), Attention(width)
        self.feed = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.drop = nn.Dropout(drop)

    def forward(self, x: Tensor, encoder_state: Tensor, hidden: Tensor) -> Tensor:
        """Output (n, length, width) of all words x (n, length, width) at once; no word attends where ``hidden``."""
        said = self.norms[0](x)
        return self._rest(x, self.to_words(said, self.to_words.keys_values(said), hidden), encoder_state)

    def step(self, x: Tensor, encoder_state: Tensor, kv_cache: Tensor) -> tuple[Tensor, Tensor]:
        """Output of one more word x (n, 1, width), and the keys and values of all words so far."""
        said = self.norms[0](x)
        kv_cache = torch.cat([kv_cache, self.to_words.keys_values(said)], 3)
        return self._rest(x, self.to_words(said, kv_cache), encoder_state), kv_cache

    def _rest(self, x: Tensor, from_words: Tensor, encoder_state: Tensor) -> Tensor:
        x = x + self.drop(from_words)
        x = x + self.drop(self.to_photo(self.norms[1](x), encoder_state))
        return cast(Tensor, x + self.drop(self.feed(self.norms[2](x))))


class CaptionDecoder(nn.Module):
    """Next-word logits from the words so far and the encoder state of the photo (its grid and its hints)."""

    def __init__(self, vocabulary: int, hints: int, width: int = 256, layers: int = 3, longest: int = 32) -> None:
        super().__init__()
        self.width, self.layers, self.heads = width, layers, 4
        self.embed = nn.Embedding(vocabulary, width, padding_idx=0)
        self.place = nn.Parameter(torch.randn(longest, width) * 0.02)
        self.cell = nn.Parameter(torch.randn(CELLS, width) * 0.02)
        self.normal, self.from_grid = nn.LayerNorm(FEATURES), nn.Linear(FEATURES, width)
        self.drop_features, self.drop_hints = nn.Dropout1d(_DROP), nn.Dropout(_DROP)
        self.from_hints = nn.Linear(hints, _HINT_TOKENS * width)
        blocks = [DecoderBlock(width, drop=_DROP) for _ in range(layers)]
        self.blocks = cast(list[DecoderBlock], nn.ModuleList(blocks))
        self.norm = nn.LayerNorm(width)
        self.bias = nn.Parameter(torch.zeros(vocabulary))
        nn.init.normal_(self.embed.weight, std=0.05)

    def encoder_state(self, grid: Tensor, hints: Tensor) -> Tensor:
        """Keys and values of grid (n, 25, 1280) and hints: (n, layers, 2, heads, cells + 4, width / heads)."""
        kept = self.drop_features(self.normal(grid).transpose(1, 2)).transpose(1, 2)
        tokens = self.from_hints(self.drop_hints(hints)).view(-1, _HINT_TOKENS, self.width)
        seen = torch.cat([self.from_grid(kept) + self.cell, tokens], 1)
        return torch.stack([block.to_photo.keys_values(seen) for block in self.blocks], 1)

    def forward(self, words: Tensor, encoder_state: Tensor) -> Tensor:
        """Logits (n, length, vocabulary) of each next word."""
        place = torch.arange(words.shape[1], device=words.device)
        hidden = place[None, :] > place[:, None]
        x = self.embed(words) * 4 + self.place[place]
        for number, block in enumerate(self.blocks):
            x = block(x, encoder_state[:, number], hidden)
        return self._scores(x)

    def step(self, words: Tensor, encoder_state: Tensor, kv_cache: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (n, vocabulary) after the last words (n,), and the KV cache with them.

        A KV cache has shape (n, layers, 2, heads, length, width / heads).
        """
        x = (self.embed(words) * 4 + self.place[kv_cache.shape[4]])[:, None]
        kept = []
        for number, block in enumerate(self.blocks):
            x, own = block.step(x, encoder_state[:, number], kv_cache[:, number])
            kept.append(own)
        return self._scores(x)[:, 0], torch.stack(kept, 1)

    def empty_kv_cache(self, rows: int, length: int = 0) -> Tensor:
        """The KV cache before the first word, or zeros for ``length`` words."""
        return torch.zeros(rows, self.layers, 2, self.heads, length, self.width // self.heads)

    def _scores(self, x: Tensor) -> Tensor:
        return F.linear(self.norm(x), self.embed.weight, self.bias)


class HintHead(nn.Module):
    """Logits (n, tags + words) from a grid (n, 25, 1280): what the whole photo says and what its clearest cell says."""

    def __init__(self, hints: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(FEATURES)
        self.drop = nn.Dropout1d(_HINT_DROP)  # a feature is there for all cells or for none
        self.whole = nn.Linear(FEATURES, hints)
        self.cell = nn.Linear(FEATURES, hints, bias=False)
        nn.init.constant_(self.whole.bias, -4.0)  # most things are in few photos

    def forward(self, grid: Tensor) -> Tensor:
        seen = self.drop(self.norm(grid).transpose(1, 2)).transpose(1, 2)
        return cast(Tensor, self.whole(seen.mean(1)) + self.cell(seen).amax(1))


class CaptionerNet(nn.Module):
    """Hint head and decoder as one network; the decoder hears the hints as probabilities."""

    def __init__(self, hints: int, vocabulary: int) -> None:
        super().__init__()
        self.hints = HintHead(hints)
        self.decoder = CaptionDecoder(vocabulary, hints)
