"""From the classifier's classes to things that may be told: a pug, or else a dog, or else an animal, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from emotigram.captioners.embedded.caution import confidence, log_odds
from emotigram.tags.vocabulary import broader_chain, tag_entries, trained_entries

_LEAST = 0.02  # of the classes' probability under a kind; below it nobody need ask
_MOST_STRANGE = 4.0


def thing_chances(
    classes: Mapping[str, float], tags: Mapping[str, float], strangeness: float, weights: Sequence[float]
) -> dict[str, float]:
    """Calibrated probabilities of things and of all tags: none of a tag's is below that of what it is broader than.

    A thing is as likely as its kind is there, times its share of the kind's classes. ``classes`` are the sums of the
    classifier's probabilities by tag, ``tags`` the calibrated ones of our own heads.
    """
    found = dict(tags)
    for kind, members in kinds().items():
        if classes.get(kind, 0.0) < _LEAST:
            continue
        chance = confidence(kind_evidence(kind, classes, tags, strangeness), weights)
        for key in members:
            own = chance * min(1.0, classes.get(key, 0.0) / classes[kind])
            for broader in broader_chain(key):
                found[broader] = max(found.get(broader, 0.0), own)
    return found


def kind_evidence(
    kind: str, classes: Mapping[str, float], tags: Mapping[str, float], strangeness: float
) -> list[float]:
    """What a kind's probability is judged by: its classes, whether our heads see it, how strange the photo is."""
    heads = log_odds(tags[kind]) if kind in tags else 0.0
    return [log_odds(classes.get(kind, 0.0)), heads, float(kind in tags), min(strangeness, _MOST_STRANGE)]


@cache
def things() -> tuple[str, ...]:
    """Keys of what only the classifier can tell."""
    return tuple(key for key in tag_entries() if key not in trained_entries())


@cache
def kinds() -> Mapping[str, tuple[str, ...]]:
    """Kinds with the things that belong to each: the nearest tag that our heads give, or else the broadest thing."""
    found: dict[str, list[str]] = {}
    for key in things():
        chain = broader_chain(key)
        kind = next((each for each in chain if each in trained_entries()), chain[-1])
        found.setdefault(kind, []).append(key)
    return {kind: tuple(members) for kind, members in found.items()}
