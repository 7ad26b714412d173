"""The data files: complete, well-formed and in agreement with each other."""

from __future__ import annotations

import re
from datetime import date

import pytest
import regex

from emotigram import catalogue
from emotigram.domain import Platform, Style
from emotigram.errors import UnknownName

LANGUAGES = [language.key for language in catalogue.languages()]


def test_the_platforms_and_styles_that_are_promised_exist() -> None:
    assert {"moments", "xiaohongshu", "weibo", "x", "instagram"} <= {each.key for each in catalogue.platforms()}
    assert {"plain", "literary", "humorous", "minimal", "sweet"} <= {each.key for each in catalogue.styles()}
    assert {"en", "zh"} <= set(LANGUAGES)


@pytest.mark.parametrize("platform", catalogue.platforms(), ids=lambda each: each.key)
def test_a_platform_says_where_its_rules_come_from(platform: Platform) -> None:
    assert platform.source
    assert date.fromisoformat(platform.verified_on) <= date(2100, 1, 1)
    assert set(platform.names) >= set(LANGUAGES)
    assert all(0 < fewest < most for fewest, most in platform.soft_lengths.values())
    assert set(platform.soft_lengths) >= set(LANGUAGES)
    assert "{tag}" in platform.hashtag_form


@pytest.mark.parametrize("style", catalogue.styles(), ids=lambda each: each.key)
def test_a_style_has_a_name_and_an_instruction_in_every_language(style: Style) -> None:
    assert set(style.names) >= set(LANGUAGES)
    assert set(style.instruction) >= set(LANGUAGES)


def test_a_languages_script_matches_its_own_name_and_its_platform_exists() -> None:
    for language in catalogue.languages():
        assert regex.search(language.script, language.native_name)
        assert catalogue.platform(language.default_platform).key == language.default_platform


@pytest.mark.parametrize("find", [catalogue.platform, catalogue.language, catalogue.style, catalogue.provider])
def test_an_unknown_name_is_refused_with_those_that_are_known(find: object) -> None:
    assert callable(find)
    with pytest.raises(UnknownName, match=re.escape("'nowhere'")) as refusal:
        find("nowhere")
    assert refusal.value.hint().startswith("Known: ")
