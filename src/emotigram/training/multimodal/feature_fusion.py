"""Fusion of what both sides are made of, by vectors, tokens or experts of both."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from emotigram.training.multimodal.fusion import Encoded, Fusion, LastLayer


class Concat(Fusion):
    """Both vectors side by side into one hidden layer (Ngiam et al. 2011, "Multimodal Deep Learning", ICML)."""

    def __init__(self, width: int, classes: int, dropout: float) -> None:
        super().__init__(width, classes, dropout)
        self.hidden = nn.Linear(2 * width, width)
        self.out = LastLayer(width, classes)

    def forward(self, text: Encoded, image: Encoded, text_logits: Tensor, image_logits: Tensor) -> Tensor:  # noqa: ARG002
        both = torch.cat([text.pooled, image.pooled], 1)
        fused: Tensor = self.out(self.drop(F.gelu(self.hidden(self.drop(both)))))
        return fused


class Gated(Fusion):
    """A gate, feature by feature, says which side counts (Arevalo et al. 2017, arXiv:1702.01992, GMU for two sides)."""

    def __init__(self, width: int, classes: int, dropout: float) -> None:
        super().__init__(width, classes, dropout)
        self.of_text, self.of_image = nn.Linear(width, width), nn.Linear(width, width)
        self.gate = nn.Linear(2 * width, width)
        self.out = LastLayer(width, classes)

    def forward(self, text: Encoded, image: Encoded, text_logits: Tensor, image_logits: Tensor) -> Tensor:  # noqa: ARG002
        gate = torch.sigmoid(self.gate(torch.cat([text.pooled, image.pooled], 1)))
        said = torch.tanh(self.of_text(self.drop(text.pooled)))
        seen = torch.tanh(self.of_image(self.drop(image.pooled)))
        fused: Tensor = self.out(self.drop(gate * said + (1 - gate) * seen))
        return fused


class CrossAttention(Fusion):
    """Each side's tokens attend to the other's (Tsai et al. 2019, arXiv:1906.00295, one block a direction)."""

    needs_tokens = True
    heads = 4

    def __init__(self, width: int, classes: int, dropout: float) -> None:
        super().__init__(width, classes, dropout)
        self.to_image = nn.MultiheadAttention(width, self.heads, dropout, batch_first=True)
        self.to_text = nn.MultiheadAttention(width, self.heads, dropout, batch_first=True)
        self.text_norm, self.image_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.out = LastLayer(4 * width, classes)

    def forward(self, text: Encoded, image: Encoded, text_logits: Tensor, image_logits: Tensor) -> Tensor:  # noqa: ARG002
        said, seen = self.text_norm(text.tokens), self.image_norm(image.tokens)
        heard = _attend(self.to_image, said, seen, image.mask)
        answered = _attend(self.to_text, seen, said, text.mask)
        every = [text.pooled, image.pooled, _mean(heard, text.mask), _mean(answered, image.mask)]
        fused: Tensor = self.out(self.drop(torch.cat(every, 1)))
        return fused


class LowRank(Fusion):
    """The outer product of both sides by factors of low rank (LMF; Liu et al. 2018, arXiv:1806.00064)."""

    rank = 8

    def __init__(self, width: int, classes: int, dropout: float) -> None:
        super().__init__(width, classes, dropout)
        self.text_factor = nn.Parameter(torch.empty(self.rank, width + 1, classes))
        self.image_factor = nn.Parameter(torch.empty(self.rank, width + 1, classes))
        self.weights = nn.Parameter(torch.full((self.rank,), self.rank**-0.5))
        self.bias = nn.Parameter(torch.zeros(classes))
        nn.init.xavier_normal_(self.text_factor)
        nn.init.xavier_normal_(self.image_factor)

    def forward(self, text: Encoded, image: Encoded, text_logits: Tensor, image_logits: Tensor) -> Tensor:  # noqa: ARG002
        said = torch.einsum("nw,rwc->nrc", _with_one(self.drop(text.pooled)), self.text_factor)
        seen = torch.einsum("nw,rwc->nrc", _with_one(self.drop(image.pooled)), self.image_factor)
        return torch.einsum("nrc,r->nc", said * seen, self.weights) + self.bias

    def start_at(self, level: Tensor) -> None:
        with torch.no_grad():
            self.bias.copy_(level)


class TensorFusion(Fusion):
    """The whole outer product of both sides, each with a 1 (TFN; Zadeh et al. 2017, arXiv:1707.07250).

    Both sides are made narrow first, as in the paper: the product has (narrow + 1)² features.
    """

    narrow = 24

    def __init__(self, width: int, classes: int, dropout: float) -> None:
        super().__init__(width, classes, dropout)
        self.of_text, self.of_image = nn.Linear(width, self.narrow), nn.Linear(width, self.narrow)
        self.hidden = nn.Linear((self.narrow + 1) ** 2, width)
        self.out = LastLayer(width, classes)

    def forward(self, text: Encoded, image: Encoded, text_logits: Tensor, image_logits: Tensor) -> Tensor:  # noqa: ARG002
        said = _with_one(F.gelu(self.of_text(self.drop(text.pooled))))
        seen = _with_one(F.gelu(self.of_image(self.drop(image.pooled))))
        product = torch.einsum("na,nb->nab", said, seen).flatten(1)
        fused: Tensor = self.out(self.drop(F.gelu(self.hidden(self.drop(product)))))
        return fused


class MixtureOfExperts(Fusion):
    """Experts for text, image and both, mixed by a gate that sees both (Jacobs et al. 1991, Neural Computation 3).

    The gate's mixture is of probabilities, as in the paper; the logits returned are their logarithms.
    """

    def __init__(self, width: int, classes: int, dropout: float) -> None:
        super().__init__(width, classes, dropout)
        self.text_expert, self.image_expert = _expert(width, width, classes), _expert(width, width, classes)
        self.joint_expert = _expert(2 * width, width, classes)
        self.gate = nn.Linear(2 * width, 3)

    def forward(self, text: Encoded, image: Encoded, text_logits: Tensor, image_logits: Tensor) -> Tensor:  # noqa: ARG002
        said, seen = self.drop(text.pooled), self.drop(image.pooled)
        both = torch.cat([said, seen], 1)
        answers = torch.stack([self.text_expert(said), self.image_expert(seen), self.joint_expert(both)], 1)
        mixed = torch.log_softmax(answers.float(), 2) + torch.log_softmax(self.gate(both).float(), 1)[..., None]
        return torch.logsumexp(mixed, 1)


def _attend(layer: nn.MultiheadAttention, asks: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
    """Attention that answers 0 where there is nothing to attend to."""
    is_there = mask.amax(1, keepdim=True)[..., None]
    hidden = (mask < 0.5) & (is_there[..., 0] > 0.5)  # a row without tokens attends to zeros, not to nothing
    found: Tensor = layer(asks, tokens, tokens, key_padding_mask=hidden, need_weights=False)[0]
    return found * is_there


def _mean(tokens: Tensor, mask: Tensor) -> Tensor:
    return (tokens * mask[..., None]).sum(1) / mask.sum(1, keepdim=True).clamp_min(1)


def _with_one(values: Tensor) -> Tensor:
    return torch.cat([values, torch.ones_like(values[:, :1])], 1)


def _expert(width_in: int, width: int, classes: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width_in, width), nn.GELU(), LastLayer(width, classes))
