"""Emotions, valence and arousal in words, for the command line and the web page."""

from __future__ import annotations

from emotigram.domain import Affect
from emotigram.texts import say

_WORTH_SAYING = 0.25, 0.2  # a first and a second emotion less likely than that are not named
_MIDDLE = 0.15  # valence or arousal nearer to 0 than that leans to neither side


def likely_emotions(affect: Affect, language: str) -> list[tuple[str, float]]:
    """Name and probability of the likeliest emotion, and of the second where it is worth saying.

    Only emotions that fit the mood are told, none where that is too close to call.
    """
    fitting = {name: value for name, value in affect.emotions.items() if affect.fits(name)}
    ranked = sorted(fitting.items(), key=lambda pair: -pair[1])[:2]
    told = [pair for pair, least in zip(ranked, _WORTH_SAYING, strict=False) if pair[1] >= least]
    return [(say(f"emotion.{name}", language), value) for name, value in told]


def feeling(affect: Affect, language: str) -> str:
    """Such as ``pleasant +0.41 · calm -0.22``; '' where the engine gives neither."""
    sides = (
        (affect.valence, ("unpleasant", "mixed", "pleasant")),
        (affect.arousal, ("calm", "even", "excited")),
    )
    return " · ".join(
        f"{say(f'feeling.{_word(value, words)}', language)} {value:+.2f}" for value, words in sides if value is not None
    )


def _word(value: float, words: tuple[str, str, str]) -> str:
    return words[0] if value < -_MIDDLE else words[2] if value > _MIDDLE else words[1]
