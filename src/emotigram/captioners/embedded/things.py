"""From the classifier's classes to things that may be told: a pug, or else a dog, or else an animal, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain

from emotigram.captioners.embedded.caution import confidence, log_odds
from emotigram.tags.vocabulary import broader_chain, tag_entries, trained_entries

_LEAST = 0.02  # of the classes' probability under a kind; below it nobody need ask
_MOST_STRANGE = 4.0
_SOMEBODY, _CERTAIN = 0.3, 0.93


def thing_chances(
    classes: Mapping[str, float], heads: Mapping[str, float], strangeness: float, weights: Sequence[float]
) -> dict[str, float]:
    """Calibrated probabilities of things, of their kinds and of all that is broader, which is never less likely.

    A thing is as likely as its kind is there, times its share of the kind's classes. ``classes`` are the sums of the
    classifier's probabilities by tag, ``heads`` the tags' probabilities as our own heads give them.
    """
    found: dict[str, float] = {}
    for kind, members in kinds().items():
        if classes.get(kind, 0.0) < _LEAST:
            continue
        chance = confidence(kind_evidence(kind, classes, heads, strangeness), weights)
        shares = {key: min(1.0, classes.get(key, 0.0) / classes[kind]) for key in members}
        for key, share in (shares | {kind: 1.0}).items():
            for broader in broader_chain(key):
                found[broader] = max(found.get(broader, 0.0), chance * share)
    return found


def thing_floors(floor: float, person: float) -> dict[str, float]:
    """From which probability on each thing and kind is told; ``person`` is the chance that somebody is in the photo.

    Beside people an animal must be all but certain: nobody is to be called one.
    """
    beside_people = person >= _SOMEBODY
    return {
        key: _CERTAIN if beside_people and tag_entries()[key]["kind"] == "animal" else floor
        for key in (*things(), *kinds())
    }


def surest(*chances: Mapping[str, float]) -> dict[str, float]:
    """Each key's highest probability of several."""
    return {key: max(each.get(key, 0.0) for each in chances) for key in dict.fromkeys(chain.from_iterable(chances))}


def kind_evidence(
    kind: str, classes: Mapping[str, float], heads: Mapping[str, float], strangeness: float
) -> list[float]:
    """What a kind's probability is judged by: its classes, whether our heads see it, how strange the photo is."""
    seen = log_odds(heads[kind]) if kind in heads else 0.0
    return [log_odds(classes.get(kind, 0.0)), seen, float(kind in heads), min(strangeness, _MOST_STRANGE)]


@cache
def things() -> tuple[str, ...]:
    """Keys of what only the classifier can tell."""
    return tuple(key for key in tag_entries() if key not in trained_entries())


@cache
def kinds() -> Mapping[str, tuple[str, ...]]:
    """Kinds with the things that belong to each: the nearest tag that our heads give, or else the broadest thing."""
    found: dict[str, list[str]] = {}
    for key in things():
        path = broader_chain(key)
        kind = next((each for each in path if each in trained_entries()), path[-1])
        found.setdefault(kind, []).append(key)
    return {kind: tuple(members) for kind, members in found.items()}
