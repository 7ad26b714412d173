"""A flaw in the training data is named with its file and row, and nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

pytest.importorskip("torch")

from emotigram.errors import ColumnMissing, DataMissing, DataPhoto, LabelUnknown
from emotigram.training.photo_sets import load_rows, prepare_photos
from tests.training.drawn import draw_data, write_photos


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    draw_data(folder)
    return folder


@pytest.mark.parametrize(
    ("column", "value", "error"),
    [
        ("image", b"no picture at all", DataPhoto),
        ("image", b"", DataPhoto),
        ("sentiment", "postive", LabelUnknown),
    ],
)
def test_a_bad_row_is_named(data: Path, tmp_path: Path, column: str, value: Any, error: type[Exception]) -> None:
    write_photos(data, "msed-train", 12, **{column: {6: value}})
    with pytest.raises(error, match=r"msed-train\.parquet.*row 7") as caught:
        prepare_photos(data, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()
    assert column == "image" or "postive" in str(caught.value)


def test_a_missing_column_is_named(data: Path, tmp_path: Path) -> None:
    path = data / "flickr8k-val.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["captions_zh"]), path)
    with pytest.raises(ColumnMissing, match="captions_zh"):
        prepare_photos(data, tmp_path / "cache")


def test_a_missing_file_is_named(data: Path, tmp_path: Path) -> None:
    (data / "oasis-train.parquet").unlink()
    with pytest.raises(DataMissing, match=r"oasis-train\.parquet"):
        prepare_photos(data, tmp_path / "cache")


def test_every_tenth_row_of_a_set_without_validation_is_held_out(data: Path, tmp_path: Path) -> None:
    prepare_photos(data, tmp_path / "cache")
    rows = [row for row in load_rows(tmp_path / "cache") if row["set"] == "mvsa"]
    assert [i for i, row in enumerate(rows) if row["split"] == "val"] == [0, 10, 20, 30, 40, 50]


def test_a_photo_that_two_sets_share_is_held_out_of_both(data: Path, tmp_path: Path) -> None:
    prepare_photos(data, tmp_path / "cache")
    rows = load_rows(tmp_path / "cache")
    kept = {row["id"]: row["split"] for row in rows if row["set"] == "coco" and row["split"] != "train"}
    shared = [row for row in rows if row["set"] == "emotic" and row["id"] in kept]
    assert shared
    assert all(row["split"] == kept[row["id"]] for row in shared)
