"""Beam search over a decoder that scores next words; whole batches at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from emotigram.inference.word_list import END, PAD

# (rows,) last words and (rows,) which row of the step before each one goes on from -> (rows, words) log-probabilities
Step = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.float32]]
_LENGTH_POWER = 0.7  # length normalisation of Wu et al. 2016 (arXiv:1609.08144), without the constant


def beam_search(
    step: Step, first_words: NDArray[np.int64], allowed: NDArray[np.bool_], width: int = 4, longest: int = 22
) -> list[tuple[list[int], float]]:
    """Return (word ids, mean log-probability a word) for each source; rows are the sources' beams, in order.

    ``first_words`` (n,) starts each source's sentence; ``allowed`` (n, words) masks what it may say.
    """
    sources = len(first_words)
    rows = np.repeat(np.arange(sources), width)
    words = np.repeat(first_words, width)[:, None]
    scores = np.tile(np.array([0.0] + [-np.inf] * (width - 1)), sources)
    done = np.zeros(sources * width, dtype=np.bool_)
    parents = np.arange(sources * width)
    for _ in range(longest):
        gains = np.where(allowed[rows], step(words[:, -1], parents), -np.inf)
        gains[np.arange(len(rows)), words[:, -1]] = -np.inf  # never the same word twice in a row
        gains[done] = -np.inf
        gains[done, PAD] = 0.0
        totals = (scores[:, None] + gains).reshape(sources, -1)
        best = np.argpartition(-totals, width, axis=1)[:, :width]
        scores = np.take_along_axis(totals, best, axis=1).reshape(-1)
        parents = (np.arange(sources)[:, None] * width + best // gains.shape[1]).reshape(-1)
        chosen = (best % gains.shape[1]).reshape(-1)
        words = np.concatenate([words[parents], chosen[:, None]], axis=1)
        done = done[parents] | (chosen == END)
        if done.all():
            break
    return [_best(words[rows == source], scores[rows == source]) for source in range(sources)]


def _best(words: NDArray[np.int64], scores: NDArray[np.float64]) -> tuple[list[int], float]:
    lengths = np.maximum((words[:, 1:] > END).sum(axis=1), 1)
    pick = int(np.argmax(scores / (lengths + 1) ** _LENGTH_POWER))
    said = [int(word) for word in words[pick, 1:] if word > END]
    return said, float(scores[pick] / (lengths[pick] + 1))
