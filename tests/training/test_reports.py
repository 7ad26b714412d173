"""No figure is written by hand: READMEs and cards are what the shipped manifests render to."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("pycocoevalcap")

import emotigram
from emotigram.captioners import embedded as captioner
from emotigram.sentiment import embedded as affect
from emotigram.training.reports import card, with_figures

ROOT = Path(__file__).parents[2]
MODELS = Path(emotigram.__file__).parent / "models"


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_tables_of_the_readme_are_the_manifests_figures(readme: str) -> None:
    text = (ROOT / readme).read_text("utf-8")
    assert with_figures(text, MODELS, Path(readme).stem) == text
    assert text.count("| ") > 20


@pytest.mark.parametrize(("name", "version"), [("captioner", captioner.VERSION), ("affect", affect.VERSION)])
def test_the_card_is_the_manifests_figures(name: str, version: str) -> None:
    folder = MODELS / name / version
    assert card(name, folder) == (folder / "CARD.md").read_text("utf-8")


def test_all_shipped_models_together_stay_small() -> None:
    assert sum(path.stat().st_size for path in MODELS.rglob("*") if path.is_file()) < 40e6
