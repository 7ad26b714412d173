"""The multimodal sentiment model: text, image and fused logits, as the first EmotiGram's model gave them."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from emotigram.training.multimodal.decision_fusion import Majority
from emotigram.training.multimodal.fusion import CLASSES, Encoded, Fusion, LastLayer
from emotigram.training.multimodal.image_encoders import ImageEncoder
from emotigram.training.multimodal.strategies import STRATEGIES
from emotigram.training.multimodal.text_encoders import TextEncoder

_PIXELS = 4  # dimensions of pixels; what was looked at before has three


class MultiModalSentimentModel(nn.Module):
    """Text numbers, their mask and an image -> logits (n, 3) of text, image and both, each calibrated.

    ``image`` is what ``image_encoder.pixels`` gives or, where that was looked at before, what ``look`` gives. A text of
    mask 0 or an image of zeros is missing.
    """

    def __init__(
        self,
        text_encoder: TextEncoder,
        image_encoder: ImageEncoder | TextEncoder,
        fusion: str,
        *,
        width: int,
        dropout: float = 0.3,
        text_dropout: float = 0.1,
        image_dropout: float = 0.3,
    ) -> None:
        super().__init__()
        self.text_encoder, self.image_encoder = text_encoder, image_encoder
        self.fusion: Fusion = STRATEGIES[fusion](width, CLASSES, dropout)
        needs_tokens = self.fusion.needs_tokens
        self.text_side = _Side(text_encoder.importance, width, text_dropout, needs_tokens)
        self.image_side = _Side(image_encoder.importance, width, image_dropout, needs_tokens)
        self.log_temperature: Tensor
        self.register_buffer("log_temperature", torch.zeros(3))  # of text, image and fused logits

    def start_at(self, frequencies: Tensor, weights: Tensor) -> None:
        """Begin with the labels' frequencies (3,) in training, each times the weight of its rows (3,)."""
        level = torch.log((frequencies * weights / (frequencies * weights).sum()).clamp_min(1e-6))
        with torch.no_grad():
            self.text_side.out.bias.copy_(level)
            self.image_side.out.bias.copy_(level)
        is_majority = isinstance(self.fusion, Majority)  # of rows, whatever they weigh
        self.fusion.start_at(torch.log(frequencies.clamp_min(1e-6)) if is_majority else level)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, image: Tensor, pooled: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Logits (n, 3) of text, image and both: the softmax of the last is the judgement.

        ``pooled`` (n, width) is what the text encoder made of the texts before; ``input_ids`` are then its tokens.
        """
        said, text_logits = self.text_side(self.read(input_ids, attention_mask, pooled))
        seen, image_logits = self.image_side(self.see(image))
        fused = self.fusion(said, seen, text_logits, image_logits)
        cool = torch.exp(-self.log_temperature)
        return text_logits * cool[0], image_logits * cool[1], fused * cool[2]

    def read(self, input_ids: Tensor, attention_mask: Tensor, pooled: Tensor | None = None) -> Encoded:
        """The text side, of numbers or of what was read before."""
        if pooled is not None:
            return Encoded(input_ids, attention_mask.to(pooled.dtype), pooled)
        encoded: Encoded = self.text_encoder(input_ids, attention_mask)
        return encoded

    def see(self, image: Tensor) -> Encoded:
        """The image side of pixels (n, 3, height, width), of tokens (n, length, width) or of captions' numbers."""
        if isinstance(self.image_encoder, TextEncoder):
            encoded: Encoded = self.image_encoder(image, (image > 0).to(torch.int64))
            return encoded
        found: Encoded = self.image_encoder(self.image_encoder.look(image) if image.dim() == _PIXELS else image)
        return found


class _Side(nn.Module):
    """What an encoder gave, levelled and made as wide as the other side, with logits of its own."""

    def __init__(self, importance: Tensor, width: int, dropout: float, needs_tokens: bool) -> None:
        super().__init__()
        self.mean: Tensor
        self.scale: Tensor
        self.register_buffer("mean", torch.zeros(len(importance)))
        self.register_buffer("scale", importance.clone())
        self.drop = nn.Dropout(dropout)
        self.narrow = nn.Linear(len(importance), width)
        self.out = LastLayer(len(importance), CLASSES)
        self.needs_tokens = needs_tokens

    def level(self, pooled: Tensor) -> None:
        """Learn mean and spread of pooled vectors (n, width), so that none counts for its size alone."""
        self.mean.copy_(pooled.mean(0))
        self.scale.div_(pooled.std(0).clamp_min(1e-3))

    def forward(self, side: Encoded) -> tuple[Encoded, Tensor]:
        is_there = side.mask.amax(1, keepdim=True)
        pooled = self.drop((side.pooled - self.mean) * self.scale) * is_there
        narrow = self.narrow(pooled) * is_there
        tokens, mask = narrow[:, None], is_there
        if self.needs_tokens:
            tokens = self.narrow(self.drop((side.tokens - self.mean) * self.scale)) * side.mask[..., None]
            mask = side.mask
        return Encoded(tokens, mask, narrow), self.out(pooled)
