"""The taxonomy of everyday things, and what a classifier's classes make of it."""

from __future__ import annotations

import numpy as np
import pytest
import regex

from emotigram import catalogue
from emotigram.domain import Affect, Sentiment
from emotigram.tags.classes import class_tags, tag_chances
from emotigram.tags.faithfulness import unsupported
from emotigram.tags.selection import network_tags, without_repetition
from emotigram.tags.social_line import social_line
from emotigram.tags.vocabulary import broader_chain, name_of, tag_entries, trained_entries, vocabulary
from emotigram.tags.wording import from_tags, named_in
from tests.writers.briefs import reading, tag

THINGS = {key: entry for key, entry in tag_entries().items() if key not in trained_entries()}
LANGUAGES = [language.key for language in catalogue.languages()]
PUG, ESPRESSO, TABBY = 254, 967, 281


def one_hot(*classes: int) -> np.ndarray:
    probabilities = np.zeros(1000, np.float32)
    probabilities[list(classes)] = 1 / len(classes)
    return probabilities


def test_there_are_hundreds_of_things_and_the_network_still_gives_its_own_tags() -> None:
    assert len(tag_entries()) >= 450
    assert list(tag_entries())[: len(trained_entries())] == list(trained_entries())
    assert network_tags() == [key for key, entry in trained_entries().items() if "any_of" not in entry]


def test_every_thing_leads_upwards_without_a_circle() -> None:
    for key, entry in tag_entries().items():
        above = {each for broader in entry.get("broader", []) for each in broader_chain(broader)}
        assert key not in above, key
        assert above <= set(tag_entries()), key


def test_every_thing_can_be_told_and_every_class_tells_one_or_nothing() -> None:
    assert len(class_tags()) == 1000
    assert set(class_tags()) <= {"", *tag_entries()}
    assert set(THINGS) <= set(tag_chances(one_hot(0)))


def test_the_classes_stand_in_the_classifiers_order() -> None:
    told = {0: "fish", 1: "goldfish", 151: "chihuahua", PUG: "pug", TABBY: "tabby", 388: "panda", 437: "lighthouse"}
    told |= {817: "sports_car", 889: "violin", 963: "pizza", ESPRESSO: "espresso", 985: "daisy", 999: "toilet_paper"}
    assert {index: class_tags()[index] for index in told} == told


@pytest.mark.parametrize(
    ("index", "chain"),
    [
        (PUG, ["pug", "dog", "animal"]),
        (TABBY, ["tabby", "cat", "animal"]),
        (ESPRESSO, ["espresso", "coffee", "drink"]),
        (292, ["tiger", "big_cat", "wild_animal", "animal"]),
        (889, ["violin", "instrument"]),
    ],
)
def test_a_class_speaks_for_all_that_is_broader(index: int, chain: list[str]) -> None:
    chances = tag_chances(one_hot(index))
    assert {key for key, chance in chances.items() if chance > 0} == set(chain)
    assert list(broader_chain(chain[0])) == chain


def test_chances_of_narrower_things_add_up() -> None:
    chances = tag_chances(one_hot(PUG, 151, TABBY, 916))
    told = {key: round(chance, 2) for key, chance in chances.items() if chance}
    assert told == {"pug": 0.25, "chihuahua": 0.25, "tabby": 0.25, "dog": 0.5, "cat": 0.25, "animal": 0.75}


def test_no_thing_is_surer_than_certain_and_other_shapes_are_refused() -> None:
    uniform = tag_chances(np.full(1000, 1 / 1000))
    assert all(0 < chance <= 1 for chance in uniform.values())
    with pytest.raises(ValueError, match="1000 probabilities"):
        tag_chances(np.zeros((2, 1000)))


@pytest.mark.parametrize("index", [365, 366, 367, 413, 459, 643, 903, 916, 917])
def test_what_would_hurt_or_says_nothing_is_never_told(index: int) -> None:
    assert class_tags()[index] == ""


def test_every_chinese_name_is_chinese() -> None:
    assert [entry["zh"] for entry in THINGS.values() if not regex.fullmatch(r"\p{Han}+", entry["zh"])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_things_have_the_same_name(language: str) -> None:
    names = [name_of(key, language) for key in tag_entries()]
    assert {name for name in names if names.count(name) > 1 or not name} == set()


def test_a_pug_goes_without_saying_that_it_is_a_dog() -> None:
    tags = [tag("pug"), tag("animal"), tag("dog"), tag("sofa")]
    assert [each.key for each in without_repetition(tags)] == ["pug", "sofa"]
    assert from_tags([tag("pug"), tag("grass")], "zh") == "一张有八哥犬和草地的照片。"


def test_a_pug_is_spoken_of_as_a_dog() -> None:
    calm = Affect(Sentiment(0.1, 0.8, 0.1))
    seeds = [str(seed) for seed in range(20)]
    said = {social_line("", [tag("pug")], calm, "en", seed).replace("a pug", "a dog") for seed in seeds}
    assert said <= {social_line("", [tag("dog")], calm, "en", str(seed)) for seed in range(200)}


@pytest.mark.parametrize(
    ("text", "language", "invented"),
    [
        ("My pug, my dog", "en", ()),
        ("What a lovely cat", "en", ("cat",)),
        ("和八哥犬一起，狗狗很乖", "zh", ()),
        ("和柯基一起", "zh", ("柯基",)),
        ("和柯基在沙發上", "zh-TW", ("柯基", "沙發")),
        ("Mein Mops und ein Dackel", "de", ()),
        ("Mon carlin près du phare maritime", "fr", ("phare maritime",)),
        ("Mi pug y un faro", "es", ("faro",)),
        ("Meu pug e um farol", "pt", ("farol",)),
        ("Мой мопс у маяка", "ru", ("маяка",)),
        ("パグちゃんと灯台", "ja", ("灯台",)),
        ("퍼그와 등대", "ko", ("등대",)),
    ],
)
def test_a_post_about_a_pug_names_no_lighthouse(text: str, language: str, invented: tuple[str, ...]) -> None:
    assert unsupported(text, language, reading(tag("pug"))) == invented


def test_what_english_captioners_say_becomes_the_narrowest_tags() -> None:
    told = named_in("A golden retriever and a hot dog beside a teddy bear and a hot air balloon")
    assert [each.key for each in told] == ["golden_retriever", "hot_dog", "teddy_bear", "balloon"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_most_things_are_found_by_their_own_words(language: str) -> None:
    words = vocabulary(language)
    found = {key for keys in words.words.values() for key in keys}
    assert len(set(THINGS) & found) >= 0.95 * len(THINGS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_names_a_thing_invents_nothing(language: str) -> None:
    unheard = {key: unsupported(name_of(key, language), language, reading(tag(key))) for key in THINGS}
    assert {key: words for key, words in unheard.items() if words} == {}
