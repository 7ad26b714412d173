"""CIDEr-D of single captions against a fixed corpus: the reward of the last stage.

Vedantam et al. 2015 (arXiv:1411.5726). pycocoevalcap measures finished systems; it takes its document frequencies
from the captions it is given, which a batch of samples cannot offer.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

_ORDERS = 4
_SPREAD = 6.0  # of the penalty on another length, as in the paper
_Grams = Counter[tuple[int, ...]]


class CiderD:
    """Scores captions, as word numbers, by the references of their photo; 10 is a perfect match."""

    def __init__(self, references: Sequence[Sequence[Sequence[int]]]) -> None:
        counted = [[_grams(caption) for caption in photo] for photo in references]
        photos_with = Counter(gram for photo in counted for gram in set().union(*photo))
        self._log_photos = math.log(max(2, len(references)))
        self._rarity = {gram: self._log_photos - math.log(count) for gram, count in photos_with.items()}
        self._references = [
            [(self._weighed(grams), len(caption)) for grams, caption in zip(photo, captions, strict=True)]
            for photo, captions in zip(counted, references, strict=True)
        ]

    def score(self, caption: Sequence[int], photo: int) -> float:
        """CIDEr-D of one caption for the photo with that number."""
        own, norms = self._weighed(_grams(caption))
        total = 0.0
        for (other, other_norms), length in self._references[photo]:
            shared = [0.0] * _ORDERS
            for gram, weight in own.items():
                if gram in other:
                    shared[len(gram) - 1] += min(weight, other[gram]) * other[gram]
            likeness = [s / (a * b) if a and b else 0.0 for s, a, b in zip(shared, norms, other_norms, strict=True)]
            total += sum(likeness) * math.exp(-((len(caption) - length) ** 2) / (2 * _SPREAD**2))
        return 10 * total / _ORDERS / max(1, len(self._references[photo]))

    def _weighed(self, grams: _Grams) -> tuple[dict[tuple[int, ...], float], list[float]]:
        weights = {gram: count * self._rarity.get(gram, self._log_photos) for gram, count in grams.items()}
        squares = [0.0] * _ORDERS
        for gram, weight in weights.items():
            squares[len(gram) - 1] += weight**2
        return weights, [math.sqrt(square) for square in squares]


def _grams(caption: Sequence[int]) -> _Grams:
    words = tuple(caption)
    return Counter(words[i : i + n] for n in range(1, _ORDERS + 1) for i in range(len(words) - n + 1))
