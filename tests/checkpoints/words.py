"""A small byte-level tokenizer like OPT's, trained on a few captions: saved and loaded as the real ones are."""

from __future__ import annotations

from collections.abc import Sequence

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

SENTENCES = [
    "a dog running on the beach",
    "two women in a street at night",
    "a temple behind green trees, by the sea",
    "Question: what does a friend post about this photo? Answer: so happy today",
]


def opt_tokenizer(special: Sequence[str] = ("<image>",), size: int = 320) -> PreTrainedTokenizerFast:
    """GPT-2's byte-level pieces with OPT's special tokens: <pad> 1, </s> 2 also at the start of every text."""
    words = Tokenizer(models.BPE(unk_token="</s>"))
    words.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    words.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=["<s>", "<pad>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    words.train_from_iterator(SENTENCES, trainer)
    words.post_processor = processors.TemplateProcessing(single="</s> $A", special_tokens=[("</s>", 2)])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words, bos_token="</s>", eos_token="</s>", unk_token="</s>", pad_token="<pad>"
    )
    tokenizer.add_special_tokens({"additional_special_tokens": list(special)})
    return tokenizer
