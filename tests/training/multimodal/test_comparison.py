"""What a comparison says of made-up strategies, and outcomes as files."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emotigram.errors import CheckpointDamaged
from emotigram.training.multimodal.comparison import compare_outcomes, default_strategy
from emotigram.training.multimodal.data import LABELS
from emotigram.training.multimodal.outcomes import Outcome
from tests.training.multimodal.made_up import folded_rows, outcome, said, shared_rows, truth_of

STRATEGIES = {"concat": 0.62, "gated": 0.8, "tensor": 0.78, "text_only": 0.6, "majority": 0.5}


@pytest.mark.parametrize("make", [shared_rows, folded_rows])
def test_a_clearly_better_strategy_is_the_default(make) -> None:  # type: ignore[no-untyped-def]
    found = compare_outcomes(make(**STRATEGIES))
    gated, concat = (found["strategies"][name] for name in ("gated", "concat"))
    assert gated["against_baseline"]["accuracy"]["p"] < 0.001
    assert gated["beats_baseline"]
    assert gated["against_baseline"]["accuracy"]["difference"] == pytest.approx(0.2, abs=0.01)
    assert not concat["beats_baseline"]
    assert concat["against_baseline"]["accuracy"]["p_holm"] >= concat["against_baseline"]["accuracy"]["p"]
    assert default_strategy(found) == "gated"
    assert found["rows"] == gated["n"] == 600
    json.dumps(found, allow_nan=False)


def test_shared_rows_and_folds_are_told_apart() -> None:
    shared, folded = (compare_outcomes(make(text_only=0.6)) for make in (shared_rows, folded_rows))
    assert (shared["held_out"], folded["held_out"]) == ("shared", "folds")
    for found, judgements in ((shared, 2 * 600), (folded, 600)):
        figures = found["strategies"]["text_only"]
        assert figures["accuracy"]["mean"] == pytest.approx(0.6)
        assert np.sum(figures["confusion"]) == judgements
        assert figures["seeds"] == [0, 1]
        assert figures["against_baseline"] is None
        assert figures["ece"]["after"]["ece"] == pytest.approx(0.1, abs=0.02)  # always 70 % sure, 60 % right


def test_nothing_better_leaves_text_alone() -> None:
    found = compare_outcomes(shared_rows(concat=0.6, text_only=0.6))
    assert default_strategy(found) == "text_only"
    worse = compare_outcomes(shared_rows(concat=0.3, text_only=0.6))
    assert worse["strategies"]["concat"]["against_baseline"]["accuracy"]["p"] < 0.001
    assert default_strategy(worse) == "text_only"  # significant, but in the other direction


def test_a_control_is_never_the_default() -> None:
    found = compare_outcomes(shared_rows(image_only=0.9, gated=0.75, text_only=0.6))
    assert found["strategies"]["image_only"]["beats_baseline"]
    assert default_strategy(found) == "gated"


def test_the_same_answers_are_no_difference() -> None:
    same = [replace(each, strategy="concat") for each in shared_rows(text_only=0.6)]
    tests = compare_outcomes([*shared_rows(text_only=0.6), *same])["strategies"]["concat"]["against_baseline"]
    assert tests["accuracy"] == {"difference": 0, "low": 0, "high": 0, "p": 1, "p_holm": 1}
    assert tests["macro_f1"]["p"] == 1


def test_rows_are_aligned_by_their_number() -> None:
    before, after = outcome("text_only"), outcome("concat", accuracy=0.7)
    order = np.random.default_rng(0).permutation(len(after.rows))
    names = ("rows", "truth", "probabilities", "raw")
    mixed = replace(after, **{name: getattr(after, name)[order] for name in names})
    one, other = (compare_outcomes([before, each])["strategies"]["concat"] for each in (mixed, after))
    for name in ("accuracy", "macro_f1", "recall", "confusion", "against_baseline"):
        assert one[name] == other[name]


def test_figures_by_hand() -> None:
    truth = np.array([0, 0, 1, 2])
    text = said("text_only", np.arange(4), truth, np.array([0, 1, 1, 2]))
    concat = said("concat", np.arange(4), truth, np.array([0, 0, 1, 0]))
    found = compare_outcomes([text, concat])
    figures = found["strategies"]["concat"]
    assert figures["accuracy"] == {"mean": 0.75, "half_width": None, "values": [0.75]}
    assert figures["recall"] == {"negative": 1, "neutral": 1, "positive": 0}
    assert figures["confusion"] == [[2, 0, 0], [0, 1, 0], [1, 0, 0]]
    assert figures["macro_f1"]["mean"] == pytest.approx((0.8 + 1 + 0) / 3)
    assert figures["against_baseline"]["accuracy"]["difference"] == 0
    assert found["majority_accuracy"] == 0.5
    assert found["labels"] == list(LABELS)


def test_calibration_is_measured_before_and_after() -> None:
    ece = compare_outcomes([outcome("text_only", accuracy=0.7, boast=0.2)])["strategies"]["text_only"]["ece"]
    assert ece["before"]["ece"] > 0.15
    assert ece["after"]["ece"] < 2 * ece["after"]["expected_if_calibrated"]


def test_other_rows_or_other_labels_do_not_compare() -> None:
    text = outcome("text_only")
    with pytest.raises(ValueError, match="different rows"):
        compare_outcomes([text, outcome("concat", rows=range(599))])
    with pytest.raises(ValueError, match="different labels"):
        compare_outcomes([text, replace(text, strategy="concat", truth=(truth_of(600) + 1) % 3)])
    with pytest.raises(ValueError, match="two true labels"):
        compare_outcomes([text, replace(text, seed=1, truth=(truth_of(600) + 1) % 3)])
    with pytest.raises(ValueError, match="needs outcomes of text_only"):
        compare_outcomes([outcome("concat")])


def test_an_outcome_comes_back_from_its_file(tmp_path: Path) -> None:
    before = outcome("late_evidential", 4, rows=[7, 3, 20])
    path = tmp_path / "late_evidential-4.npz"
    before.save(path)
    before.save(path)
    after = Outcome.load(path)
    for field in fields(Outcome):
        one, other = getattr(before, field.name), getattr(after, field.name)
        assert np.array_equal(one, other)
        assert type(one) is type(other)
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 2400), flip=st.integers(1, 255), cut=st.booleans())
def test_a_damaged_file_is_noticed(tmp_path: Path, at: int, flip: int, cut: bool) -> None:
    path = tmp_path / "one.npz"
    before = outcome("concat", rows=range(5))
    before.save(path)
    content = bytearray(path.read_bytes())
    content[at] ^= flip
    path.write_bytes(content[:at] if cut else content)
    try:
        after = Outcome.load(path)
    except CheckpointDamaged:
        return
    assert not cut  # a byte that says nothing, such as a file's date inside the archive
    assert np.array_equal(before.probabilities, after.probabilities)


@pytest.mark.parametrize("content", [b"", b"not an archive", np.array([1.0]).tobytes()])
def test_other_files_are_no_outcomes(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.npz"
    path.write_bytes(content)
    with pytest.raises(CheckpointDamaged):
        Outcome.load(path)
    with pytest.raises(CheckpointDamaged):
        Outcome.load(tmp_path / "absent.npz")


@pytest.mark.parametrize(
    "wrong",
    [
        {"rows": np.array([1, 1])},
        {"rows": np.array([1, 2, 3])},
        {"truth": np.array([0, 3])},
        {"raw": np.full((2, 3), np.nan, np.float32)},
        {"probabilities": np.full((2, 2), 0.5, np.float32)},
    ],
)
def test_arrays_that_do_not_fit_are_damage(tmp_path: Path, wrong: dict[str, np.ndarray]) -> None:
    replace(outcome("concat", rows=range(2)), **wrong).save(tmp_path / "wrong.npz")  # type: ignore[arg-type]
    with pytest.raises(CheckpointDamaged):
        Outcome.load(tmp_path / "wrong.npz")
