"""Whether a photo may hold words, judged from what the backbone saw of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emotigram.errors import ModelDamaged
from emotigram.inference.backbone import FEATURES
from emotigram.inference.store import shipped_model

VERSION = "1"
WEIGHTS = "gate.npz"


@dataclass(frozen=True, slots=True)
class TextGate:
    """Weights (1280,) of pooled features, and the level at which a photo is let through."""

    weights: NDArray[np.float32]
    level: float

    def save(self, path: Path) -> None:
        """Write weights and level."""
        np.savez(path, weights=self.weights, level=np.float32(self.level))

    def scores(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log-odds of each row of features (n, 1280), from 0 on for photos that may hold words."""
        scores: NDArray[np.float32] = features @ self.weights + np.float32(self.level)
        return scores

    def may_hold_words(self, features: NDArray[np.float32]) -> bool:
        """Whether to look for words in a photo with these pooled features (1280,)."""
        return bool(self.scores(features[None])[0] >= 0)


def open_text_gate(models_dir: Path | None = None) -> TextGate:
    """The gate that ships, or that of a folder of models; raises ModelDamaged."""
    model = shipped_model("text_gate", VERSION, models_dir)
    try:
        with np.load(model.folder / WEIGHTS) as arrays:
            gate = TextGate(arrays["weights"], float(arrays["level"]))
    except (OSError, ValueError, KeyError) as error:
        raise ModelDamaged(name="text_gate") from error
    if gate.weights.shape != (FEATURES,):
        raise ModelDamaged(name="text_gate")
    return gate
