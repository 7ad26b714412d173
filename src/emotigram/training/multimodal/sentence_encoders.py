"""Text encoders of Hugging Face's transformers, alone or beside a bag of n-grams."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.jit import is_tracing  # type: ignore[attr-defined]
from transformers import AutoModel, AutoTokenizer

from emotigram.checkpoints.loading import check_files, loading, quiet
from emotigram.settings import Settings
from emotigram.training.multimodal.fusion import Encoded
from emotigram.training.multimodal.ngram_encoder import NgramEncoder
from emotigram.training.multimodal.text_encoders import NOTHING, TextEncoder


class HuggingFaceText(TextEncoder):
    """Any encoder of Hugging Face's transformers from a local folder; pooled is the mean of its tokens."""

    def __init__(self, folder: Path, name: str, settings: Settings, longest: int) -> None:
        super().__init__()
        self.longest = longest
        with loading(folder, name, settings):
            check_files(folder, name)
            self.tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
            self.encoder = AutoModel.from_pretrained(
                str(folder), local_files_only=True, trust_remote_code=False, weights_only=True, dtype=torch.float32
            )
        self.width = int(self.encoder.config.hidden_size)

    @property
    def is_frozen(self) -> bool:  # type: ignore[override]
        return not any(weights.requires_grad for weights in self.parameters())

    def numbers(self, texts: Sequence[str], targets: Sequence[str]) -> list[list[int]]:
        """The tokenizer's numbers, cut at ``longest``; a target stands behind the text as a second one."""
        pairs = [(text, target) if target else (text,) for text, target in zip(texts, targets, strict=True)]
        options = {"truncation": "longest_first", "max_length": self.longest}
        with quiet():
            return [list(self.tokenizer(*pair, **options)["input_ids"]) if pair[0] else [] for pair in pairs]

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Encoded:
        has_text = attention_mask.amax(1, keepdim=True)
        # a row without tokens attends to its padding, whose output is then thrown away
        seen = torch.maximum(attention_mask, 1 - has_text)
        tokens = self.encoder(input_ids=input_ids, attention_mask=seen).last_hidden_state
        mask = attention_mask.to(tokens.dtype)
        pooled = (tokens * mask[..., None]).sum(1) / mask.sum(1, keepdim=True).clamp_min(1)
        return Encoded(tokens, mask, pooled)

    def save(self, folder: Path) -> dict[str, Any]:
        self.tokenizer.save_pretrained(folder / "tokenizer")
        return {"text": "tokenizer", "longest": self.longest}


class JointText(TextEncoder):
    """A Hugging Face encoder's tokens and a bag of n-grams, side by side in ``input_ids``.

    The first ``longest`` numbers of a row are the encoder's, the rest are n-grams. N-grams have no place in the
    sentence: only the encoder's tokens are tokens here, both are pooled.
    """

    def __init__(self, sentence: HuggingFaceText, bag: NgramEncoder) -> None:
        super().__init__()
        self.sentence, self.bag = sentence, bag

    @property
    def width(self) -> int:  # type: ignore[override]
        return self.sentence.width + self.bag.width

    @property
    def importance(self) -> Tensor:
        return torch.cat([self.sentence.importance, self.bag.importance])

    @property
    def is_frozen(self) -> bool:  # type: ignore[override]
        return self.sentence.is_frozen

    def numbers(self, texts: Sequence[str], targets: Sequence[str]) -> list[list[int]]:
        said = self.sentence.numbers(texts, targets)
        bags = self.bag.numbers(texts, targets)
        return [_filled(own, self.sentence.longest) + bag for own, bag in zip(said, bags, strict=True)]

    def learn_from(
        self, rows: Sequence[Sequence[int]], labels: NDArray[np.int64], latent: int, seed: int
    ) -> list[list[int]]:
        """Let the bag of n-grams fit its judge and latent places; returns the rows to train with."""
        edge = self.sentence.longest
        bags = self.bag.learn_from([row[edge:] for row in rows], labels, latent, seed)
        return [[*row[:edge], *bag] for row, bag in zip(rows, bags, strict=True)]

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Encoded:
        edge = self.sentence.longest
        # no more padding than the batch needs; a trace must not take the length of its example for all
        length = edge if is_tracing() else max(1, int(attention_mask[:, :edge].sum(1).max()))
        said = self.sentence(input_ids[:, :length], attention_mask[:, :length])
        bag = self.bag(input_ids[:, edge:], attention_mask[:, edge:])
        tokens = nn.functional.pad(said.tokens, (0, self.bag.width))
        return Encoded(tokens, said.mask, torch.cat([said.pooled, bag.pooled], 1))

    def save(self, folder: Path) -> dict[str, Any]:
        return self.sentence.save(folder) | self.bag.save(folder) | {"text": "tokenizer+ngrams"}


def _filled(numbers: list[int], length: int) -> list[int]:
    return numbers + [NOTHING] * (length - len(numbers))
