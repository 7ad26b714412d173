"""Which sentences of the phrase bank a post has room for, and which a revision may still use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from emotigram.domain import Brief
from emotigram.writers.embedded.phrase_bank import PhraseBank, TonePhrases


def fresh(options: Sequence[str], previous: str) -> Sequence[str]:
    """The options that an earlier text does not hold, or all where it holds each; '' is never used up."""
    return [each for each in options if not each or each not in previous] or options


def fitted(choices: Iterable[list[str]], brief: Brief, separator: str) -> list[str]:
    """The first choice of sentences as long as the brief aims at, else the longest below; [] where all are too long.

    The text to revise is none of them.
    """
    fewest, most = brief.aimed_length
    texts = [(separator.join(sentences), sentences) for sentences in choices]
    short = [(len(text), sentences) for text, sentences in texts if len(text) <= most and text != brief.previous]
    longest = max(short, key=lambda pair: pair[0], default=(0, []))
    return next((pair for pair in short if pair[0] >= fewest), longest)[1]


def alone(brief: Brief, bank: PhraseBank, voice: TonePhrases) -> Sequence[str]:
    """Sentences for a post with room for just one: of its own voice, else of any style, else the shortest there is."""
    fewest, most = brief.aimed_length
    voices = [style.voice(brief.tone) for style in bank.styles.values()]
    own, others = (
        fresh([each for one in some for each in (*one.openings, *one.closings)], brief.previous)
        for some in ([voice], voices)
    )
    short = ([each for each in some if fewest <= len(each) <= most] for some in (own, others))
    return next(filter(None, short), [min(others, key=len)])
