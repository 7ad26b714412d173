"""From the classifier's classes to things that may be told: a pug, or else a dog, or else an animal, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from emotigram.captioners.embedded.caution import confidence, log_odds
from emotigram.tags.vocabulary import broader_chain, tag_entries, trained_entries

_LEAST = 0.02  # of the classes' probability under a thing; below it nobody need ask
_MOST_STRANGE = 4.0


def thing_chances(
    classes: Mapping[str, float], tags: Mapping[str, float], strangeness: float, weights: Sequence[float]
) -> dict[str, float]:
    """Calibrated probabilities of things and of all tags: none of a tag's is below that of what it is broader than.

    ``classes`` are the sums of the classifier's probabilities by tag, ``tags`` the calibrated ones of our own heads.
    """
    found = dict(tags)
    for key in things():
        if classes.get(key, 0.0) < _LEAST:
            continue
        chance = confidence(thing_evidence(key, classes, tags, strangeness), weights)
        for broader in broader_chain(key):
            found[broader] = max(found.get(broader, 0.0), chance)
    return found


def thing_evidence(
    key: str, classes: Mapping[str, float], tags: Mapping[str, float], strangeness: float
) -> list[float]:
    """What a thing's probability is judged by: its classes, whether our heads see its kind, how strange the photo is."""
    kinds = [tags[broader] for broader in broader_chain(key) if broader in trained_entries() and broader in tags]
    kind = log_odds(max(kinds)) if kinds else 0.0
    return [log_odds(classes.get(key, 0.0)), kind, float(bool(kinds)), min(strangeness, _MOST_STRANGE)]


@cache
def things() -> tuple[str, ...]:
    """Keys of what only the classifier can tell, the broadest first."""
    own = [key for key in tag_entries() if key not in trained_entries()]
    return tuple(sorted(own, key=lambda key: len(broader_chain(key))))
