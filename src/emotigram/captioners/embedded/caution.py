"""How far to trust what the networks say: calibrated tags, and the chance that a sentence is right."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from emotigram.tags.wording import claims

_LEAST, _MOST = 1e-4, 1 - 1e-4


def calibrated(probabilities: Mapping[str, float], lines: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Each tag's probability through its line (slope, intercept) in log-odds; a tag without one is never sure.

    Platt 1999, "Probabilistic outputs for support vector machines".
    """
    return {
        key: sigmoid(lines[key][0] * log_odds(p) + lines[key][1]) if key in lines else 0.0
        for key, p in probabilities.items()
    }


def sentence_evidence(
    sentence: str, language: str, log_probability: float, strangeness: float, tags: Mapping[str, float]
) -> list[float]:
    """What a sentence's confidence is judged by: fluency, its least and its mean claim, how strange the photo is.

    ``log_probability`` is the mean a word; claims are log-probabilities of the likeliest tag that bears each one out.
    """
    borne = [math.log(max([_LEAST, *(tags.get(key, 0.0) for key in keys)])) for keys in claims(sentence, language)]
    least, mean = (min(borne), sum(borne) / len(borne)) if borne else (0.0, 0.0)
    return [log_probability, least, mean, min(strangeness, 4.0)]


def word_evidence(sentence: str, words: Mapping[str, float]) -> list[float]:
    """Least and mean log-probability of an English sentence's words, of those whose chances ``words`` holds."""
    likely = [math.log(max(_LEAST, words[word])) for word in {*re.findall("[a-z]+", sentence.lower())} & words.keys()]
    return [min(likely), sum(likely) / len(likely)] if likely else [0.0, 0.0]


def confidence(evidence: Sequence[float], weights: Sequence[float]) -> float:
    """The chance in [0, 1] that everything a sentence names is there; the last weight is the intercept."""
    return sigmoid(sum(w * e for w, e in zip(weights, [*evidence, 1.0], strict=True)))


def sigmoid(x: float) -> float:
    """Log-odds to probability."""
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def log_odds(p: float) -> float:
    """Probability to log-odds, finite."""
    clipped = min(max(p, _LEAST), _MOST)
    return math.log(clipped / (1 - clipped))
