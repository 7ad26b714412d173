"""Which tags a photo gets, and what they mean for one another."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from emotigram.domain import Tag
from emotigram.tags.vocabulary import tag_entries, trained_entries, with_broader

_BROAD, _CERTAIN, _NEVER = 0.85, 0.95, 1.01


def network_tags() -> list[str]:
    """Keys of the tags a network is trained to give, in order; a finished model's own are in its manifest."""
    return [key for key, entry in trained_entries().items() if "any_of" not in entry]


def consistent(probabilities: Mapping[str, float]) -> dict[str, float]:
    """Probabilities of all tags from those of the network: none above what it needs, made ones added.

    A model may know other tags than the vocabulary: what it does not give is left out, and what it gives beyond.
    """
    entries = tag_entries()
    known = {key: p for key, p in probabilities.items() if key in entries}
    own = {key: min(p, known.get(entries[key].get("needs", key), p)) for key, p in known.items()}
    made = {
        key: 1 - math.prod(1 - own.get(part, 0.0) for part in entry["any_of"])
        for key, entry in entries.items()
        if "any_of" in entry
    }
    return {**own, **made}


def sure_tags(probabilities: Mapping[str, float], thresholds: Mapping[str, float]) -> tuple[Tag, ...]:
    """Tags that reach their thresholds, surest first, without those that go without saying beside another.

    Of several numbers of people only the surest is told.
    """
    sure = sorted(((p, key) for key, p in probabilities.items() if p >= thresholds.get(key, _NEVER)), reverse=True)
    return without_repetition([tag_of(key, p) for p, key in sure])


def cautious(thresholds: Mapping[str, float]) -> dict[str, float]:
    """Thresholds for a photo unlike any of training, where a network is sure too easily.

    Tags that have a broader one give way to it (a lion looks like a dog; it is an animal all the same),
    others must be all but certain. Things are never told.
    """
    entries = trained_entries()
    broad = {broader for entry in entries.values() for broader in entry.get("broader", [])}
    least = {key: _NEVER if "broader" in entries[key] else _BROAD if key in broad else _CERTAIN for key in entries}
    return {key: max(threshold, least.get(key, _NEVER)) for key, threshold in thresholds.items()}


def tag_of(key: str, confidence: float | None) -> Tag:
    """The vocabulary's entry as a tag."""
    entry = tag_entries()[key]
    return Tag(key, confidence, {"en": entry["en"], "zh": entry["zh"]}, entry["kind"])


def without_repetition(tags: Sequence[Tag]) -> tuple[Tag, ...]:
    """Tags without those that go without saying beside another, and with one number of people, the first."""
    return _one_count(_without_broader(tags))


def _without_broader(tags: Sequence[Tag]) -> tuple[Tag, ...]:
    said = {broader for tag in tags for broader in with_broader([tag.key]) - {tag.key}}
    return tuple(tag for tag in tags if tag.key not in said)


def _one_count(tags: Sequence[Tag]) -> tuple[Tag, ...]:
    """Without a second number of people, or a second kind of them beside one person: the first is the surer one."""
    counts = [tag for tag in tags if tag.kind == "count"]
    people = [tag for tag in tags if tag.kind == "people"] if counts and counts[0].key == "one_person" else []
    return tuple(tag for tag in tags if tag not in (*counts[1:], *people[1:]))


def worth_saying(tags: Sequence[Tag]) -> tuple[Tag, ...]:
    """Tags for one sentence: a number of people goes before the kinds of people, one person after them.

    Nobody could tell whether "two people and a man" are two or three.
    """
    said = _one_count(tags)
    if any(tag.kind == "count" and tag.key != "one_person" for tag in said):
        return tuple(tag for tag in said if tag.kind != "people")
    has_people = any(tag.kind == "people" for tag in said)
    return tuple(tag for tag in said if tag.key != "one_person" or not has_people)
