"""The data files: complete, well-formed and in agreement with each other."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from emotigram import catalogue
from emotigram.data_files import data_folders
from emotigram.domain import EMOTIONS, Look, Platform, Provider, Revision, Style
from emotigram.errors import UnknownName
from emotigram.tags.vocabulary import tag_entries, trained_entries, vocabulary
from emotigram.texts import INTERFACE_LANGUAGES
from emotigram.writers.embedded.thoughts import ANGLES

LANGUAGES = [language.key for language in catalogue.languages()]


def keys(entries: list[Any]) -> set[str]:
    return {each.key for each in entries}


def test_what_is_promised_exists() -> None:
    western = {"x", "instagram", "threads", "bluesky", "mastodon", "linkedin", "facebook", "pinterest", "tiktok"}
    chinese = {"xiaohongshu", "douyin", "weibo", "bilibili", "moments"}
    assert keys(catalogue.platforms()) == western | chinese | {"telegram"}
    lively = {"literary", "humorous", "sweet", "inspirational", "storytelling", "nostalgic"}
    assert keys(catalogue.styles()) == lively | {"minimal", "professional", "plain"}
    assert set(LANGUAGES) == {"zh", "zh-TW", "en", "ja", "ko", "es", "fr", "de", "pt", "ru"}
    colours = {"natural", "warm", "bright", "vivid", "soft", "film", "faded", "cool", "moody", "black-and-white"}
    assert keys(catalogue.looks()) == colours
    assert keys(catalogue.revisions()) == {"warmer", "funnier", "shorter", "formal", "detailed", "other"}
    local = {"ollama", "vllm", "lmstudio", "llama-cpp"}
    assert keys(catalogue.providers()) == local | {"deepseek", "openai", "qwen", "moonshot", "zhipu"}
    assert set(data_folders("thoughts")) == {"zh", "zh-TW", "en", "ja", "ko", "es"}


@pytest.mark.parametrize("provider", catalogue.providers(), ids=lambda each: each.key)
def test_a_provider_says_what_it_can_do_and_what_it_costs(provider: Provider) -> None:
    assert provider.source
    assert date.fromisoformat(provider.verified_on)
    assert provider.model
    assert provider.base_url.startswith("http")
    price = provider.price
    assert price is not None
    assert 0 <= price.cached <= price.prompt <= price.answer
    assert (price.answer == 0) == (
        not provider.key_env or provider.key == "zhipu"
    )  # your own computer, or a free model


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_names_for_every_tag_and_words_for_the_trained_ones(language: str) -> None:
    found = vocabulary(language)
    assert set(found.names) == set(tag_entries())
    spoken_of = {key for tags in found.words.values() for key in tags}
    assert set(trained_entries()) - spoken_of <= {"person"}  # in some languages its only word stands in any text


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("zh_CN.UTF-8", "zh"),
        ("zh_TW.UTF-8", "zh-TW"),
        ("zh_HK", "zh-TW"),
        ("zh_MO.UTF-8", "zh-TW"),
        ("zh-Hant", "zh-TW"),
        ("zh_Hant_US", "zh-TW"),
        ("zh_SG.UTF-8", "zh"),
        ("zh-Hans", "zh"),
        ("zh-Hans-TW", "zh"),
        ("ja_JP.UTF-8", "ja"),
        ("pt_BR.UTF-8@latin", "pt"),
        ("C.UTF-8", ""),
        ("nl_NL", ""),
        ("", ""),
    ],
)
def test_a_locale_names_a_language(locale: str, language: str) -> None:
    assert catalogue.language_of_locale(locale) == language


@given(st.text())
def test_any_text_names_a_language_or_none(text: str) -> None:
    assert catalogue.language_of_locale(text) in {"", *LANGUAGES}


def test_a_language_can_be_asked_for_by_its_tag() -> None:
    tags = ("pt-BR", "en-GB", "zh-CN", "zh-HK", "ja-JP")
    assert [catalogue.language(tag).key for tag in tags] == ["pt", "en", "zh", "zh-TW", "ja"]


def test_names_may_be_written_in_any_case() -> None:
    assert catalogue.language("zh_tw").key == catalogue.language("ZH-TW").key == "zh-TW"


@pytest.mark.parametrize("platform", catalogue.platforms(), ids=lambda each: each.key)
def test_a_platform_says_where_its_rules_come_from(platform: Platform) -> None:
    assert platform.source
    assert date.fromisoformat(platform.verified_on) <= date(2100, 1, 1)
    assert set(platform.names) >= set(INTERFACE_LANGUAGES)
    assert all(0 < fewest < most for fewest, most in platform.soft_lengths.values())
    assert set(platform.soft_lengths) >= {each.lengths_like for each in catalogue.languages()}
    assert "{tag}" in platform.hashtag_form


@pytest.mark.parametrize("style", catalogue.styles(), ids=lambda each: each.key)
def test_a_style_has_a_name_and_an_instruction_in_every_language(style: Style) -> None:
    assert set(style.names) >= set(INTERFACE_LANGUAGES)
    assert set(style.instruction) >= set(INTERFACE_LANGUAGES)
    assert set(style.angles) <= set(ANGLES)


@pytest.mark.parametrize("look", catalogue.looks(), ids=lambda each: each.key)
def test_a_look_says_its_name_what_it_suits_and_why(look: Look) -> None:
    assert set(look.names) >= set(INTERFACE_LANGUAGES)
    assert look.source
    assert look.suits
    assert set(look.suits) <= {*EMOTIONS, "negative", "positive"}
    assert all(-1 <= arousal <= 1 for arousal in look.suits.values())
    recipe = look.recipe
    assert -1 <= recipe.contrast <= 1
    assert 0 <= recipe.saturation <= 2
    assert 0 <= recipe.vignette <= 1
    assert all(0 <= dark < light <= 255 for dark, light in zip(recipe.black, recipe.white, strict=True))


@pytest.mark.parametrize("revision", catalogue.revisions(), ids=lambda each: each.key)
def test_a_revision_says_where_to_and_how_far(revision: Revision) -> None:
    assert set(revision.names) >= set(INTERFACE_LANGUAGES)
    assert set(revision.instruction) >= set(INTERFACE_LANGUAGES)
    assert not revision.style or catalogue.style(revision.style)
    assert 0 < revision.length < 3


def test_a_languages_script_matches_its_own_name_and_its_platform_exists() -> None:
    for language in catalogue.languages():
        assert regex.search(language.script, language.native_name)
        assert catalogue.platform(language.default_platform).key == language.default_platform


@pytest.mark.parametrize(
    "find",
    [
        catalogue.platform,
        catalogue.language,
        catalogue.style,
        catalogue.revision,
        catalogue.look,
        catalogue.provider,
    ],
)
def test_an_unknown_name_is_refused_with_those_that_are_known(find: object) -> None:
    assert callable(find)
    with pytest.raises(UnknownName, match=re.escape("'nowhere'")) as refusal:
        find("nowhere")
    assert refusal.value.hint().startswith("Known: ")
