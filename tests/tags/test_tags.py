"""The tag vocabulary and the careful descriptions made of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotigram.tags.selection import cautious, consistent, network_tags, sure_tags, tag_entries
from emotigram.tags.wording import claims, from_tags
from tests.properties import tried
from tests.writers.briefs import invented, tag

KEYS = list(tag_entries())
COUNTS = ("one_person", "two_people", "three_people", "many_people")


@pytest.mark.parametrize(
    ("keys", "en", "zh"),
    [
        (["dog", "grass"], "A photo of a dog and grass.", "一张有狗狗和草地的照片。"),
        (["dog", "running", "grass"], "A photo of grass and a dog running.", "一张有奔跑的狗狗和草地的照片。"),
        (["two_people", "man", "beach"], "A photo of two people and a beach.", "一张有两个人和海滩的照片。"),
        (["many_people", "soccer"], "A photo of a group of people playing soccer.", "一张有一群踢足球的人的照片。"),
        (["man", "one_person", "outdoor"], "A photo of a man, outdoors.", "一张在户外拍的照片，有男士。"),
        (["dog", "man", "jumping"], "A photo of a dog and a man.", "一张有狗狗和男士的照片。"),
        (["indoor"], "A photo taken indoors.", "一张在室内拍的照片。"),
        ([], "A photo.", "一张照片。"),
    ],
)
def test_tags_read_as_a_sentence(keys: list[str], en: str, zh: str) -> None:
    tags = [tag(key) for key in keys]
    assert from_tags(tags, "en") == en
    assert from_tags(tags, "zh") == zh


@tried(3)
@given(st.lists(st.sampled_from(KEYS), min_size=1, max_size=6, unique=True), st.sampled_from(["en", "zh"]))
def test_any_tags_make_a_sentence_that_names_only_them(keys: list[str], language: str) -> None:
    tags = [tag(key) for key in keys]
    sentence = from_tags(tags, language)
    assert invented(sentence, language, tags) == set()
    assert sum(tag(key).names[language] in sentence for key in COUNTS) <= 1
    assert "{" not in sentence


def test_every_tag_has_names_in_both_languages_and_what_it_leads_to() -> None:
    for key, entry in tag_entries().items():
        assert entry["en"], key
        assert entry["zh"], key
        assert {*entry.get("broader", []), *entry.get("any_of", []), entry.get("needs", key)} <= set(KEYS), key


def test_one_person_is_told_as_one_kind_of_person() -> None:
    probabilities = {"person": 0.99, "man": 0.96, "one_person": 0.95, "woman": 0.9, "outdoor": 0.9}
    assert [each.key for each in sure_tags(probabilities, dict.fromkeys(probabilities, 0.8))] == [
        "man",
        "one_person",
        "outdoor",
    ]


def test_a_model_that_knows_fewer_or_other_tags_is_read_all_the_same() -> None:
    probabilities = consistent({"dog": 0.9, "man": 0.8, "unicorn": 0.99})
    assert "unicorn" not in probabilities
    assert probabilities["animal"] == pytest.approx(0.9)
    told_keys = [each.key for each in sure_tags(probabilities, {"dog": 0.5, "animal": 0.5, "man": 0.95})]
    assert told_keys == ["dog"]


def test_a_tag_without_a_threshold_is_never_told() -> None:
    assert sure_tags({"dog": 1.0}, {}) == ()
    assert sure_tags({"dog": 1.0}, cautious({})) == ()


def test_no_tag_is_surer_than_the_one_it_needs() -> None:
    probabilities = consistent(dict.fromkeys(network_tags(), 0.9) | {"person": 0.2})
    assert all(probabilities[key] <= 0.2 for key in (*COUNTS, "man", "woman", "child"))


def test_a_photo_unlike_any_of_training_gets_only_broad_tags() -> None:
    probabilities = dict.fromkeys(KEYS, 0.0) | {"dog": 0.94, "animal": 0.94, "two_people": 0.94}
    limits = cautious(dict.fromkeys(KEYS, 0.5))
    assert [each.key for each in sure_tags(probabilities, limits)] == ["animal"]


@pytest.mark.parametrize(
    ("sentence", "language", "key"),
    [
        ("Two young men sit.", "en", "two_people"),
        ("A group of people wait.", "en", "many_people"),
        ("两个男人坐着。", "zh", "two_people"),
        ("A man is surfing.", "en", "surfing"),
    ],
)
def test_a_sentence_claims_counts_and_activities(sentence: str, language: str, key: str) -> None:
    assert any(key in keys for keys in claims(sentence, language))


def test_a_couple_of_dogs_is_no_couple() -> None:
    assert not any("couple" in keys for keys in claims("A couple of dogs play.", "en"))
    assert any("couple" in keys for keys in claims("A couple sits on a bench.", "en"))


def test_only_one_number_of_people_is_told() -> None:
    probabilities = {"person": 0.9, "two_people": 0.8, "three_people": 0.7}
    assert [each.key for each in sure_tags(probabilities, dict.fromkeys(KEYS, 0.5))] == ["two_people"]


def test_a_pack_of_dogs_is_no_group_of_people() -> None:
    assert not any("many_people" in keys for keys in claims("一群狗在雪地里奔跑。", "zh"))
