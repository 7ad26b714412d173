"""Beam search finds the best sentence, batches do not mix, and masks hold."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from emotigram.inference.beam import beam_search
from emotigram.inference.word_list import END

WORDS = 7
FIRST = 3
LONGEST = 3


def _table(seed: int) -> NDArray[np.float32]:
    """Log-probabilities of the next word by source and last word."""
    logits = np.random.default_rng(seed).normal(size=(2, WORDS, WORDS)) * 2
    return (logits - np.log(np.exp(logits).sum(-1, keepdims=True))).astype(np.float32)


def _search(table: NDArray[np.float32], sources: list[int], width: int) -> list[tuple[list[int], float]]:
    def step(words: NDArray[np.int64], parents: NDArray[np.int64]) -> NDArray[np.float32]:
        return table[np.repeat(sources, width), words]

    allowed = np.zeros((len(sources), WORDS), dtype=np.bool_)
    allowed[:, [END, 4, 5, 6]] = True
    return beam_search(step, np.full(len(sources), FIRST), allowed, width=width, longest=LONGEST)


def _best_by_hand(table: NDArray[np.float32]) -> list[int]:
    """Try every sentence that ends, or is cut at the limit."""
    scored = []
    for length in range(LONGEST + 1):
        for words in product([4, 5, 6], repeat=length):
            if any(a == b for a, b in pairwise(words)):
                continue
            path = [FIRST, *words] + ([END] if length < LONGEST else [])
            total = sum(float(table[a, b]) for a, b in pairwise(path))
            scored.append((total / (max(length, 1) + 1) ** 0.7, list(words)))
    return max(scored)[1]


@given(st.integers(0, 10_000))
def test_a_wide_beam_finds_the_best_sentence_there_is(seed: int) -> None:
    table = _table(seed)
    assert _search(table, [0], width=4**LONGEST // 2)[0][0] == _best_by_hand(table[0])


@given(st.integers(0, 10_000))
def test_a_batch_says_what_each_would_say_alone(seed: int) -> None:
    table = _table(seed)
    together = _search(table, [0, 1, 0], width=2)
    assert together == [_search(table, [source], width=2)[0] for source in (0, 1, 0)]


@given(st.integers(0, 10_000))
def test_only_allowed_words_are_said_and_none_twice_in_a_row(seed: int) -> None:
    words, score = _search(_table(seed), [1], width=3)[0]
    assert set(words) <= {4, 5, 6}
    assert all(a != b for a, b in pairwise(words))
    assert score <= 0
