"""What trained strategies said of held-out rows, one file an outcome, so that tables can be made again at any time."""

from __future__ import annotations

import os
import zipfile
import zlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from emotigram.errors import CheckpointDamaged
from emotigram.training.multimodal.data import LABELS

# all that a damaged .npz raises on its way through zipfile and numpy, pickles (ValueError) included
_DAMAGE = (OSError, EOFError, ValueError, KeyError, TypeError, RuntimeError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one trained strategy said of held-out rows; probabilities (rows, 3) are calibrated, ``raw`` are not."""

    strategy: str
    seed: int
    rows: NDArray[np.int64]  # numbers of the rows, the same row has the same number in every outcome
    truth: NDArray[np.int64]  # index into LABELS
    probabilities: NDArray[np.float32]
    raw: NDArray[np.float32]
    parameters: int  # trained
    seconds: float
    best_epoch: int

    @property
    def answers(self) -> NDArray[np.intp]:
        """The likeliest label of each row, as index into LABELS."""
        likeliest: NDArray[np.intp] = self.probabilities.argmax(axis=1)
        return likeliest

    def save(self, path: Path) -> None:
        """Write the outcome as .npz, whole or not at all."""
        unfinished = path.with_name(f"{path.name}.tmp")
        values: dict[str, Any] = {field.name: np.asarray(getattr(self, field.name)) for field in fields(self)}
        with unfinished.open("wb") as file:
            np.savez(file, **values)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read an outcome, never code; raises CheckpointDamaged."""
        try:
            # opened here, because numpy leaves a damaged file open
            with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                found = {field.name: file[field.name] for field in fields(cls)}
            outcome = cls(
                strategy=str(found["strategy"]),
                seed=int(found["seed"]),
                rows=found["rows"].astype(np.int64),
                truth=found["truth"].astype(np.int64),
                probabilities=found["probabilities"].astype(np.float32),
                raw=found["raw"].astype(np.float32),
                parameters=int(found["parameters"]),
                seconds=float(found["seconds"]),
                best_epoch=int(found["best_epoch"]),
            )
            _check(outcome)
        except _DAMAGE as error:
            raise CheckpointDamaged(path=path, reason=type(error).__name__) from error
        return outcome


def _check(outcome: Outcome) -> None:
    """Raise ValueError where the arrays do not fit each other or are no probabilities."""
    count = len(outcome.rows)
    if outcome.rows.shape != (count,) or outcome.truth.shape != (count,) or len(np.unique(outcome.rows)) != count:
        raise ValueError("rows and truth must be as many, each row once")
    if not np.isin(outcome.truth, range(len(LABELS))).all():
        raise ValueError("truth must be an index of a label")
    for name in ("probabilities", "raw"):
        values = getattr(outcome, name)
        if values.shape != (count, len(LABELS)) or not np.allclose(values.sum(axis=1), 1, atol=1e-3):
            raise ValueError(f"{name} must have one column a label and sum to 1")
