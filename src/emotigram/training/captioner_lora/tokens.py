"""Captions as token ids behind a prompt, and labels that count nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

IGNORED = -100  # what the losses of transformers leave out


@dataclass(frozen=True, slots=True)
class CaptionTokens:
    """Writes captions as ids; ``end`` is the token at which the engine's decoding stops."""

    tokenizer: Any
    end: int
    most: int

    def ids(self, caption: str) -> list[int]:
        """At most ``most`` ids; a caption that is cut has no end, or the model would learn to stop amid a sentence."""
        own: list[int] = self.tokenizer(caption, add_special_tokens=False)["input_ids"]
        return [*own, self.end][: self.most]

    @property
    def pad(self) -> int:
        """What fills rows up; it is masked, so any token will do where there is none for it."""
        return self.end if self.tokenizer.pad_token_id is None else int(self.tokenizer.pad_token_id)


def behind(prompts: Tensor, mask: Tensor, captions: Sequence[Sequence[int]], pad: int) -> dict[str, Tensor]:
    """Prompts (n, p), padded on the left as when decoding, with captions behind them, padded on the right.

    Returns input_ids, attention_mask and labels, each (n, p + longest caption).
    """
    ids = filled(captions, pad).to(prompts.device)
    labels = filled(captions, IGNORED).to(prompts.device)
    return {
        "input_ids": torch.cat([prompts, ids], 1),
        "attention_mask": torch.cat([mask, (labels != IGNORED).to(mask.dtype)], 1),
        "labels": torch.cat([torch.full_like(prompts, IGNORED), labels], 1),
    }


def filled(rows: Sequence[Sequence[int]], value: int) -> Tensor:
    """Rows of ids as (n, longest), filled up on the right."""
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[value] * (longest - len(row))] for row in rows])


def first_end(generation_config: Any) -> int:
    """The first token at which ``generate`` stops."""
    end = generation_config.eos_token_id
    return int(end[0] if isinstance(end, list) else end)
