"""Which language a text is in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotigram import catalogue
from emotigram.editing.languages import LEAST_IN_SCRIPT, identify, language_share

TEXTS = {
    "en": "A quiet walk by the water, and I feel like myself again.",
    "es": "Un paseo tranquilo junto al agua y vuelvo a ser yo.",
    "fr": "Une promenade tranquille au bord de l'eau, et je me retrouve.",
    "de": "Ein ruhiger Spaziergang am Wasser, und ich bin wieder ich selbst.",
    "pt": "Um passeio tranquilo junto à água, e volto a ser eu mesmo.",
    "ru": "Тихая прогулка у воды, и я снова становлюсь собой.",
    "ja": "水辺をゆっくり歩いて、やっと自分に戻れた気がする。",
    "ko": "물가를 조용히 걷다 보니 다시 나로 돌아온 것 같아.",
    "zh": "在水边安静地走一走，又变回了自己，真好。",
    "zh-TW": "在水邊安靜地走一走，又變回了自己，真好。",
}


@pytest.mark.parametrize("written", TEXTS)
@pytest.mark.parametrize("asked", TEXTS)
def test_a_text_passes_for_its_own_language_alone(written: str, asked: str) -> None:
    share = language_share(TEXTS[written], catalogue.language(asked))
    assert (share >= LEAST_IN_SCRIPT) == (written == asked)


@pytest.mark.parametrize("language", TEXTS)
def test_a_text_is_identified(language: str) -> None:
    assert identify(TEXTS[language]) == language


def test_chinese_that_is_written_alike_on_both_sides_is_simplified() -> None:
    assert identify("今天心中十分平安") == "zh"


@pytest.mark.parametrize("text", ["", "Luna", "2026!", "😊", "https://example.com", "#dog", "ok ok"])
def test_too_little_text_is_in_no_language(text: str) -> None:
    assert identify(text) == ""


@pytest.mark.parametrize(
    ("language", "text"),
    [("zh", "和 Luna 在 Starbucks 喝一杯"), ("en", "My café in 東京 was so nice today"), ("ja", "最高のkaffe")],
)
def test_names_and_loan_words_are_fine(language: str, text: str) -> None:
    assert language_share(text, catalogue.language(language)) >= LEAST_IN_SCRIPT


@given(st.text(), st.sampled_from(list(TEXTS)))
def test_any_text_has_a_share(text: str, language: str) -> None:
    assert 0 <= language_share(text, catalogue.language(language)) <= 1
    assert identify(text) in {"", *TEXTS}
