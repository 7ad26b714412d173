"""The caption decoder as two graphs: one remembers the photo, one says a word at a time and keeps its past."""

from __future__ import annotations

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from emotigram.inference.beam import Step


def decoder_steps(
    memory: ort.InferenceSession,
    decoder: ort.InferenceSession,
    grid: NDArray[np.float32],
    hints: NDArray[np.float32],
    rows: NDArray[np.int64],
) -> Step:
    """Steps for a beam search in which row i describes photo ``rows[i]``.

    ``grid`` (photos, cells, features) and ``hints`` (photos, hints) are the vision network's.
    """
    remembered = memory.run(None, {"grid": grid, "hints": hints})[0][rows]
    layers, pair, heads, _, width = remembered.shape[1:]
    past = np.zeros((len(rows), layers, pair, heads, 0, width), np.float32)

    def step(words: NDArray[np.int64], parents: NDArray[np.int64]) -> NDArray[np.float32]:
        nonlocal past
        scores, past = decoder.run(None, {"words": words, "memory": remembered, "past": past[parents]})
        return np.asarray(scores)

    return step
