"""The page of results: sections come, are replaced and leave everything else alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError

from emotigram.errors import ReportUnwritable, SettingsError
from emotigram.training.multimodal.comparison import compare_outcomes
from emotigram.training.multimodal.config import SentimentConfig
from emotigram.training.multimodal.published import published
from emotigram.training.multimodal.results_page import put_into_results, results_section
from emotigram.training.multimodal.sources import DATASETS
from tests.training.multimodal.made_up import ABOUT, folded_rows, outcome, shared_rows


@pytest.fixture(scope="module")
def better() -> dict[str, Any]:
    return compare_outcomes(shared_rows(concat=0.8, gated=0.62, text_only=0.6, majority=0.5))


@pytest.fixture(scope="module")
def level() -> dict[str, Any]:
    return compare_outcomes(folded_rows(concat=0.6, text_only=0.6))


def test_a_page_is_begun_and_written_twice_is_the_same(tmp_path: Path, better: dict[str, Any]) -> None:
    page = tmp_path / "results.md"
    put_into_results(page, "mvsa", better, ABOUT)
    first = page.read_bytes()
    assert first.startswith(b"# Results")
    put_into_results(page, "mvsa", better, ABOUT)
    assert page.read_bytes() == first
    assert [path.name for path in tmp_path.iterdir()] == ["results.md"]


def test_other_sections_and_words_survive(tmp_path: Path, better: dict[str, Any], level: dict[str, Any]) -> None:
    page = tmp_path / "results.md"
    put_into_results(page, "mvsa", better, ABOUT)
    put_into_results(page, "mvsa--minilm", level, ABOUT)
    page.write_bytes(page.read_bytes() + "\n## 手写的\r\nkept\n".encode())
    before = page.read_bytes().decode()
    put_into_results(page, "mvsa", level, ABOUT)
    after = page.read_bytes().decode()
    minilm = before[before.index("<!-- results:mvsa--minilm -->") :]
    assert after.endswith(minilm)
    assert "手写的\r\n" in after
    assert after[: after.index("<!-- results:mvsa -->")] == before[: before.index("<!-- results:mvsa -->")]
    put_into_results(page, "mvsa", better, ABOUT)
    assert page.read_bytes().decode() == before


def test_a_section_says_what_was_found_and_how(better: dict[str, Any]) -> None:
    text = results_section(better, ABOUT)
    assert "**Default: `concat`**, the only fusion strategy that beats text-only significantly" in text
    row = next(line for line in text.splitlines() if line.startswith("| **`concat`** |"))
    assert "| 80.0 ± 0.0 |" in row
    assert "+20.0 (" in row
    assert "| < 0.001 |" in row
    assert "`majority` (control)" in text
    order = [text.index(f"`{name}`") for name in ("concat", "gated", "text_only", "majority")]
    assert order == sorted(order)
    for words in (str(ABOUT["protocol"]), f"`{ABOUT['command']}`", "torch 2.9.0", "2 CPUs", "seeds 0, 1, 2"):
        assert words in text
    matrix = better["strategies"]["concat"]["confusion"]
    assert f"| negative | {matrix[0][0]} | {matrix[0][1]} | {matrix[0][2]} |" in text


def test_nothing_better_is_said_so(level: dict[str, Any]) -> None:
    text = results_section(level, ABOUT)
    assert "**Default: `text_only`.** No fusion strategy beats it significantly." in text
    assert "over folds: each judges other rows, 600 in all" in text


def test_published_figures_stand_beside_ours_and_do_not_compare(better: dict[str, Any]) -> None:
    text = results_section(better, ABOUT)
    assert "| CLMLF | 75.33 | – | test rows | Li et al. 2022" in text
    assert "| ours, `concat` | 80.0 ± 0.0 |" in text
    assert "They do not compare directly." in text
    twitter = results_section(better, ABOUT | {"data": "twitter1517"})
    assert "no valid published figure" in twitter
    assert "`cor_label`" in twitter
    unknown = results_section(better, ABOUT | {"data": "msed"})
    assert "No published figure for this data set is known to us." in unknown


def test_every_published_figure_names_its_source() -> None:
    figures = published().figures
    assert len({(each.data, each.system) for each in figures}) == len(figures) == 10
    for each in figures:
        assert 0 < each.accuracy < 100
        assert each.macro_f1 is None or 0 < each.macro_f1 < each.accuracy
        assert each.note or any(year in each.source for year in ("2019", "2021", "2022", "2024"))


def test_marks_that_are_torn_are_an_error(tmp_path: Path, level: dict[str, Any]) -> None:
    page = tmp_path / "results.md"
    start, end = "<!-- results:mvsa -->", "<!-- /results:mvsa -->"
    for text in (start, end, f"{end}\n{start}", f"{start}{end}{start}{end}"):
        page.write_text(text, "utf-8")
        with pytest.raises(ReportUnwritable, match="marks"):
            put_into_results(page, "mvsa", level, ABOUT)
        assert page.read_text("utf-8") == text


def test_what_cannot_be_written_is_an_error(tmp_path: Path, level: dict[str, Any]) -> None:
    with pytest.raises(ReportUnwritable):
        put_into_results(tmp_path / "absent" / "results.md", "mvsa", level, ABOUT)
    with pytest.raises(SettingsError, match="section"):
        put_into_results(tmp_path / "results.md", "mvsa -->", level, ABOUT)
    with pytest.raises(UndefinedError):
        put_into_results(tmp_path / "results.md", "mvsa", level, {"data": "mvsa"})
    assert list(tmp_path.iterdir()) == []


def test_one_seed_is_enough_for_a_section() -> None:
    text = results_section(compare_outcomes([outcome("text_only"), outcome("gated", accuracy=0.5)]), ABOUT)
    assert "| `gated` | 50.0 |" in text


@pytest.mark.parametrize("key", list(DATASETS))
def test_the_default_fusion_of_a_data_set_is_what_the_page_of_results_says(key: str) -> None:
    page = (Path(__file__).parents[3] / "docs" / "results.md").read_text("utf-8")
    section = re.search(rf"<!-- results:{key} -->(.*?)<!-- /results:{key} -->", page, re.DOTALL)
    assert section
    default = re.search(r"\*\*Default: `(\w+)`", section[1])
    assert default
    assert default[1] == DATASETS[key].fusion
    assert SentimentConfig(dataset=key).with_fusion().fusion == default[1]
