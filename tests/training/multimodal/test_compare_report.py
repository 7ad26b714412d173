"""A comparison's folder as a reader meets it."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from PIL import Image

from emotigram.errors import ReportInTheWay
from emotigram.training.multimodal.compare_report import write_comparison
from tests.training.multimodal.made_up import ABOUT, folded_rows, outcome, shared_rows

ACCURACIES = {"concat": 0.8, "text_only": 0.6, "majority": 0.5}


@pytest.mark.parametrize("make", [shared_rows, folded_rows])
def test_the_folder_holds_figures_pictures_and_words(make, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path / "report"
    returned = write_comparison(folder, "MVSA: photo and text", ABOUT, make(**ACCURACIES))
    found = json.loads((folder / "report.json").read_text("utf-8"))
    assert set(found["files"]) == {path.name for path in folder.iterdir()}
    assert found["made_by"] == "emotigram train compare"
    assert found["about"] == ABOUT
    assert found["default"] == returned["default"] == "concat"
    assert found["comparison"]["strategies"]["concat"]["accuracy"]["mean"] == pytest.approx(0.8, abs=1e-3)
    page = (folder / "report.md").read_text("utf-8")
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", page)
    assert set(pictures) == {path.name for path in folder.glob("*.png")}
    assert len(pictures) == 1 + 2 * len(ACCURACIES)
    for name in pictures:
        with Image.open(folder / name) as image:
            assert min(image.size) > 250
            assert len(image.convert("RGB").getcolors(1 << 24) or []) > 10
    assert "**Default: `concat`**, the only fusion strategy" in page
    assert str(tmp_path) not in page + json.dumps(found)
    with (folder / "strategies.csv").open(encoding="utf-8", newline="") as file:
        lines = {line["strategy"]: line for line in csv.DictReader(file)}
    assert set(lines) == set(ACCURACIES)
    assert float(lines["concat"]["difference"]) == pytest.approx(0.2)
    assert float(lines["concat"]["p_holm"]) < 0.001
    assert lines["text_only"]["p"] == ""


def test_one_seed_has_no_interval(tmp_path: Path) -> None:
    write_comparison(tmp_path / "r", "MVSA", ABOUT, [outcome("text_only"), outcome("gated", accuracy=0.62)])
    page = (tmp_path / "r" / "report.md").read_text("utf-8")
    assert "| `gated` | 62.0 |" in page
    assert "| **`text_only`** (control) | 60.0 |" in page
    assert "No fusion strategy beats it significantly" in page


def test_only_a_comparison_is_replaced_by_a_comparison(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    write_comparison(folder, "MVSA", ABOUT, shared_rows(1, text_only=0.6, concat=0.7))
    write_comparison(folder, "MVSA", ABOUT, shared_rows(1, text_only=0.6))
    assert not (folder / "concat_confusion.png").exists()
    report = json.loads((folder / "report.json").read_text("utf-8"))
    (folder / "report.json").write_text(json.dumps(report | {"made_by": "emotigram evaluate"}), "utf-8")
    with pytest.raises(ReportInTheWay):
        write_comparison(folder, "MVSA", ABOUT, shared_rows(1, text_only=0.6))
    with pytest.raises(ValueError, match="different rows"):
        write_comparison(tmp_path / "s", "MVSA", ABOUT, [outcome("text_only"), outcome("gated", rows=range(9))])
    assert {path.name for path in tmp_path.iterdir()} == {"r"}


def test_the_same_outcomes_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_comparison(tmp_path / name, "MVSA", ABOUT, shared_rows(1, text_only=0.6))
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two
