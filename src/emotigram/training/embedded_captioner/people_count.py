"""How many people a photo's captions speak of, as evidence for the count tags."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

Count = Literal["one_person", "two_people", "three_people", "many_people"]
COUNTS: tuple[Count, ...] = ("one_person", "two_people", "three_people", "many_people")
_ABSENT = 0.2  # below this probability of a person nobody is there

_ONE = frozenset(
    "man woman boy girl child kid baby person lady guy toddler infant teenager gentleman female male adult human "
    "mother father mom dad son daughter sister brother grandmother grandfather grandson granddaughter husband wife "
    "boyfriend girlfriend bride groom friend businessman businesswoman doctor nurse teacher student worker patient "
    "player surfer skier snowboarder skateboarder cyclist biker bicyclist climber hiker runner swimmer dancer rider "
    "fisherman soldier officer cowboy clown athlete goalie skater rower worker chef singer musician guitarist".split()
)
_SEVERAL = frozenset(
    "men women boys girls children kids babies people persons ladies guys toddlers teenagers adults females males "
    "mothers fathers parents sons daughters sisters brothers grandparents grandchildren friends businessmen "
    "businesspeople colleagues doctors nurses teachers students workers players surfers skiers skateboarders cyclists "
    "bikers climbers hikers runners swimmers dancers riders soldiers officers athletes skaters musicians others "
    "spectators onlookers bystanders twins siblings family teens youngsters youths coworkers".split()
)
_MANY = frozenset("crowd crowds group groups audience team teams band several many parade bunch classmates".split())
_NUMBERS = {"two": 2, "both": 2, "three": 3, "trio": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
_REACH = 4  # words between a number and its noun, as in "two very young blond girls"


def people_counts(captions: Sequence[str], person: float) -> dict[str, tuple[float, float]]:
    """(target, weight) of each count tag; ``person`` is the evidence that anybody is there at all.

    Each caption that tells a number votes; one that says "men" or "friends" speaks only against one person.
    """
    counts = [count for count in map(count_in, captions) if count is not None]
    exact = [count for count in counts if count != "several"]
    if exact:
        return {key: (exact.count(key) / len(counts), 1.0) for key in COUNTS}
    if counts:
        return {key: (0.0, 1.0 if key == "one_person" else 0.0) for key in COUNTS}
    is_absent = person < _ABSENT
    return dict.fromkeys(COUNTS, (0.0, 1.0 if is_absent else 0.0))


def count_in(caption: str) -> Count | Literal["several"] | None:
    """The count a caption tells: "several" for a plural without number, None where it names no person."""
    first_sentence = caption.lower().partition(". ")[0]
    words = re.findall(r"[a-z]+", first_sentence)
    total, is_open = 0, False
    for place, word in enumerate(words):
        if set(words[place + 1 : place + 2]) & (_ONE | _SEVERAL):
            continue  # "baby girl", "female runner": one person, not two
        if word in _ONE:
            total += 1
        elif word == "couple" and words[place + 1 : place + 2] != ["of"]:
            total += 2
        elif word in _SEVERAL:
            number = _number_before(words, place)
            total, is_open = total + number, is_open or number == 0
    if not total and not is_open:
        return None
    if _MANY & set(words) or total >= 4:
        return "many_people"
    if is_open:
        return "several"
    return COUNTS[total - 1]


def _number_before(words: Sequence[str], place: int) -> int:
    before = words[max(0, place - _REACH) : place]
    for word in reversed(before):
        if word in _NUMBERS:
            return _NUMBERS[word]
        if word in ("couple", "pair"):
            return 2
        if word in _ONE or word in _SEVERAL:
            break
    return 0
