"""Things that the classifier tells: as sure as their kind, never surer than what is broader, called by their names."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotigram.captioners.embedded.agreement import agreeing
from emotigram.captioners.embedded.things import kinds, thing_chances, thing_floors, things
from emotigram.tags.classes import class_tags, tag_chances
from emotigram.tags.selection import tag_of
from emotigram.tags.subject import with_subject
from emotigram.tags.vocabulary import broader_chain, trained_entries

WEIGHTS = [0.9, 0.4, 1.0, -0.1, -0.1]
SURE = {"dog": 0.95, "animal": 0.97, "food": 0.9, "person": 0.9, "bird": 0.9}


def classes(**chances: float) -> dict[str, float]:
    """Sums by tag of a classifier that gives these tags' first classes these probabilities."""
    probabilities = np.zeros(1000, np.float32)
    for tag, chance in chances.items():
        probabilities[class_tags().index(tag)] = chance
    return tag_chances(probabilities)


def test_a_sure_class_is_a_sure_thing_and_so_is_all_that_is_broader() -> None:
    found = thing_chances(classes(pug=0.93), SURE, 1.0, WEIGHTS)
    assert found["animal"] >= found["dog"] >= found["pug"] > 0.9


def test_a_breed_between_two_is_a_dog_all_the_same() -> None:
    found = thing_chances(classes(pug=0.45, chihuahua=0.45), SURE, 1.0, WEIGHTS)
    assert max(found["pug"], found["chihuahua"]) < 0.6
    assert found["dog"] > 0.9


def test_a_class_that_our_own_heads_deny_is_not_believed() -> None:
    denied = thing_chances(classes(pug=0.5), SURE | {"dog": 0.01}, 1.0, WEIGHTS)
    assert denied["pug"] < thing_chances(classes(pug=0.5), SURE, 1.0, WEIGHTS)["pug"] - 0.2


@given(
    st.lists(st.tuples(st.integers(0, 999), st.floats(0.01, 1)), max_size=5),
    st.dictionaries(st.sampled_from(sorted(trained_entries())), st.floats(0, 1)),
    st.floats(0, 9),
)
def test_nothing_is_surer_than_what_is_broader(
    given_classes: list[tuple[int, float]], tags: dict[str, float], strangeness: float
) -> None:
    probabilities = np.zeros(1000)
    for number, chance in given_classes:
        probabilities[number] = chance
    found = thing_chances(tag_chances(probabilities / max(1.0, probabilities.sum())), tags, strangeness, WEIGHTS)
    for key in things():
        own = found.get(key, 0.0)
        assert all(found.get(broader, 0.0) >= own for broader in broader_chain(key))
    assert all(0 <= chance <= 1 for chance in found.values())


def test_nobody_is_called_an_animal() -> None:
    alone, beside = thing_floors(0.7, 0.05), thing_floors(0.7, 0.6)
    assert alone.keys() == beside.keys() == {*things(), *kinds()}
    for key in ("monkey", "pig", "hippo", "pug", "animal"):
        assert alone[key] == 0.7
        assert beside[key] > 0.9
    assert alone["espresso"] == beside["espresso"] == 0.7


def test_every_thing_belongs_to_one_kind() -> None:
    members = [key for own in kinds().values() for key in own]
    assert sorted(members) == sorted(things())


@pytest.mark.parametrize(
    ("sentence", "language", "keys", "told"),
    [
        ("A brown dog runs on the grass.", "en", ["pug"], "A brown pug runs on the grass."),
        ("A bird runs on the grass.", "en", ["ostrich", "grass"], "An ostrich runs on the grass."),
        ("A man and a dog.", "en", ["pug", "man"], "A man and a pug."),
        ("Two dogs run.", "en", ["pug"], "Two dogs run."),
        ("A dog chases another dog.", "en", ["pug"], "A dog chases another dog."),
        ("A dog runs.", "en", ["pug", "chihuahua"], "A dog runs."),
        ("A pug sleeps.", "en", ["pug"], "A pug sleeps."),
        ("A man on a bench.", "en", ["pug"], "A man on a bench."),
        ("A dog runs.", "en", ["dog"], "A dog runs."),
        ("一只棕色的狗在草地上奔跑。", "zh", ["pug"], "一只棕色的八哥犬在草地上奔跑。"),
        ("一只小狗在睡觉。", "zh", ["pug"], "一只八哥犬在睡觉。"),
        ("两只狗在奔跑。", "zh", ["pug"], "两只狗在奔跑。"),
        ("一个男人坐在长椅上。", "zh", ["pug"], "一个男人坐在长椅上。"),
        ("一辆汽车在路上。", "zh", ["sports_car"], "一辆跑车在路上。"),
    ],
)
def test_the_subject_has_its_own_name(sentence: str, language: str, keys: list[str], told: str) -> None:
    assert with_subject(sentence, [tag_of(key, 0.9) for key in keys], language) == told


@pytest.mark.parametrize(
    ("sentences", "keys", "kept"),
    [
        ({"en": "A man jumps.", "zh": "一个人在跳。"}, ["cheetah"], set()),
        ({"en": "A cheetah in the grass.", "zh": "一只狗在奔跑。"}, ["cheetah"], {"en"}),
        ({"en": "A man with a dog.", "zh": "一个男人和一只狗。"}, ["dog", "man"], {"en", "zh"}),
        ({"en": "A man walks.", "zh": "一只狗在奔跑。"}, [], set()),
        ({"en": "A man walks.", "zh": "一个小男孩在走路。"}, [], {"en", "zh"}),
        ({"en": "A view of the sea.", "zh": "一片大海。"}, ["sea"], {"en", "zh"}),
        ({"en": "A dog runs."}, ["grass"], {"en"}),
        ({"en": "The front of a tall building."}, ["suspension_bridge"], set()),
        ({"en": "A bridge over a river."}, ["suspension_bridge"], {"en"}),
        ({"en": "A man in a white shirt and a white shirt."}, [], set()),
        ({"zh": "戴着帽子的男人和戴着帽子的女人。"}, [], set()),
        ({"en": "A motorcycle is sitting on a motorcycle."}, [], set()),
    ],
)
def test_what_contradicts_the_photo_or_the_other_language_is_left_out(
    sentences: dict[str, str], keys: list[str], kept: set[str]
) -> None:
    assert agreeing(sentences, [tag_of(key, 0.9) for key in keys]).keys() == kept
