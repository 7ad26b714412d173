"""Attention in operations that every exporter writes for any batch and length."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from emotigram.training.multimodal.image_encoders import HuggingFaceImage
from emotigram.training.multimodal.sentence_encoders import HuggingFaceText


class _PlainAttention(nn.Module):
    """What a batch-first nn.MultiheadAttention does in use: PyTorch's ONNX exporter keeps its lengths as constants."""

    def __init__(self, layer: nn.MultiheadAttention) -> None:
        super().__init__()
        self.layer = layer

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor,
        need_weights: bool = False,  # noqa: ARG002  # as nn.MultiheadAttention is called
    ) -> tuple[Tensor, None]:
        weights, biases = self.layer.in_proj_weight.chunk(3), self.layer.in_proj_bias.chunk(3)
        asks, keys, values = (
            self._heads(F.linear(each, weight, bias))
            for each, weight, bias in zip((query, key, value), weights, biases, strict=True)
        )
        scores = asks @ keys.transpose(-2, -1) * self.layer.head_dim**-0.5
        shares = torch.softmax(scores.masked_fill(key_padding_mask[:, None, None], float("-inf")), -1)
        return self.layer.out_proj((shares @ values).transpose(1, 2).flatten(2)), None

    def _heads(self, tokens: Tensor) -> Tensor:
        n, length = tokens.shape[:2]
        return tokens.reshape(n, length, self.layer.num_heads, self.layer.head_dim).transpose(1, 2)


@contextmanager
def plain_attention(model: nn.Module) -> Iterator[None]:
    """For a while with attention that can be exported, in the model's own layers and in transformers' encoders."""
    with ExitStack() as stack:
        for module in list(model.modules()):
            for name, child in list(module.named_children()):
                if isinstance(child, nn.MultiheadAttention):
                    stack.callback(setattr, module, name, child)
                    setattr(module, name, _PlainAttention(child))
            if isinstance(module, HuggingFaceText | HuggingFaceImage):
                encoder = module.encoder
                stack.callback(encoder.set_attn_implementation, encoder.config._attn_implementation)
                encoder.set_attn_implementation("eager")
        yield
