"""Small byte-level tokenizers as SmolVLM, Qwen-VL and Florence-2 have them, and weights that tell photos apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import nn
from transformers import PreTrainedTokenizerFast

_TEXTS = [
    "a dog running on the beach, two women in a street at night, a temple behind green trees by the sea",
    "the cat sleeps on a red boat. flowers under a blue sky, a man with a bicycle near the old bridge",
    "一只狗在海边奔跑，两个女人走在夜晚的街上，山上的寺庙后面是绿树和大海",
    "猫睡在红色的船上。蓝天下的花，老桥旁边有一个男人和自行车，阳光真好，想把今天留住",
]


def byte_level_tokenizer(
    special: Sequence[str], *, eos: str, pad: str, named: Mapping[str, str], bos: str | None = None
) -> PreTrainedTokenizerFast:
    """Byte-level pieces with words in English and Chinese; ``named`` are the model's own special tokens."""
    words = Tokenizer(models.BPE())
    words.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    words.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        special_tokens=list(special),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    words.train_from_iterator(_TEXTS, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=words, bos_token=bos, eos_token=eos, pad_token=pad, extra_special_tokens=dict(named)
    )


def make_eloquent(model: nn.Module, head: nn.Linear, tokenizer: PreTrainedTokenizerFast) -> None:
    """Larger random weights, so that photos read unlike, and a head that says whole words, not halves of characters."""
    with torch.no_grad():
        for weights in model.parameters():
            if weights.dim() > 1:
                weights.normal_(0.0, 0.3)
        for piece, number in tokenizer.get_vocab().items():
            text = tokenizer.decode([number])
            if number in tokenizer.all_special_ids or not text.strip() or "\ufffd" in text or len(piece) < 2:
                head.weight[number] = 0
