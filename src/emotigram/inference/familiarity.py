"""How unlike its training photos a photo is: Mahalanobis distance of features (Lee et al. 2018, arXiv:1807.03888)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_RIDGE = 1e-2  # of the mean variance: keeps the directions without any variance from deciding


@dataclass(frozen=True, slots=True)
class Familiarity:
    """Mean (d,) and whitening matrix (d, d) of the training photos' features."""

    mean: NDArray[np.float32]
    whitener: NDArray[np.float32]

    @classmethod
    def fit(cls, features: NDArray[np.float32]) -> Familiarity:
        """Fit to features (n, d) of training photos."""
        covariance = np.cov(features.astype(np.float64), rowvar=False)
        ridge = _RIDGE * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
        whitener = np.linalg.cholesky(np.linalg.inv(covariance + ridge))
        return cls(features.mean(0), whitener.astype(np.float32))

    @classmethod
    def load(cls, path: Path) -> Familiarity:
        """Read what ``save`` wrote."""
        with np.load(path) as arrays:
            return cls(arrays["mean"].astype(np.float32), arrays["whitener"].astype(np.float32))

    def save(self, path: Path) -> None:
        """Write both arrays in half precision."""
        np.savez(path, mean=self.mean.astype(np.float16), whitener=self.whitener.astype(np.float16))

    def strangeness(self, features: NDArray[np.float32]) -> list[float]:
        """Squared distance of each row of features (n, d) from the training photos, by dimension: 1 is usual."""
        distances = np.square((features - self.mean) @ self.whitener).sum(axis=1) / features.shape[1]
        return [float(distance) for distance in distances]
