"""Tables of photos with captions: read, cleaned, split by photo, and refused with the row that is at fault."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from emotigram.errors import ColumnMissing, DataPhoto, TooFewRows
from emotigram.training.captioner_lora.config import CaptionerLoraConfig
from emotigram.training.captioner_lora.data import CaptionData, check_photos, read_examples
from tests.training.captioner_lora.drawn import CAPTIONS, draw_table, drawn

CONFIG = CaptionerLoraConfig(validation_share=0.25)


@pytest.mark.parametrize("column", ["caption", "captions", "captions_en", "text", "txt"])
def test_captions_are_cleaned_and_empty_ones_counted(column: str, tmp_path: Path) -> None:
    tweets = ["RT @ann: rain again", "so calm !", "@ann http://t.co/x", "a plain day", *CAPTIONS[4:]]
    data = read_examples(draw_table(tmp_path, tweets, column), CONFIG)
    told = sorted(each.caption for each in [*data.train, *data.validation])
    assert told == sorted(["rain again", "so calm!", "a plain day", *CAPTIONS[4:]])
    assert (data.cleaned, data.left_out, data.photos) == (2, 1, 7)


def test_cleaning_can_be_left_out(tmp_path: Path) -> None:
    config = CaptionerLoraConfig(clean=False, validation_share=0)
    data = read_examples(draw_table(tmp_path, ["RT @ann: rain", "sun  !"]), config)
    assert [each.caption for each in data.train] == ["RT @ann: rain", "sun !"]
    assert data.cleaned == 1


def test_several_captions_of_a_photo_stay_on_one_side(tmp_path: Path) -> None:
    pairs = [json.dumps([caption, f"{caption} again"]) for caption in CAPTIONS]
    data = read_examples(draw_table(tmp_path, pairs), CONFIG)
    assert (len(data.train), len(data.validation)) == (12, 4)
    assert not _photos(data, "train") & _photos(data, "validation")


def test_photos_in_the_table_are_told_apart_by_their_bytes(tmp_path: Path) -> None:
    photos = [_encoded(seed) for seed in (0, 1, 0, 1)]
    pq.write_table(pa.table({"image": photos, "captions_en": [["a", "b"]] * 4}), tmp_path / "data.parquet")
    data = read_examples(tmp_path, CONFIG)
    assert (data.photos, len(data.train), len(data.validation)) == (2, 4, 4)
    assert len({each.photo for each in data.train}) == 1


def test_the_split_is_the_seeds(tmp_path: Path) -> None:
    table = draw_table(tmp_path)
    splits = [read_examples(table, CONFIG.model_copy(update={"seed": seed})).validation for seed in (0, 0, 1, 2, 3)]
    assert splits[0] == splits[1]
    assert any(split != splits[0] for split in splits[2:])


def test_a_photo_that_is_missing_names_its_row(tmp_path: Path) -> None:
    table = draw_table(tmp_path)
    (tmp_path / "3.png").unlink()
    with pytest.raises(DataPhoto, match=r"row 4"):
        read_examples(table, CONFIG)


def test_a_damaged_photo_is_known_before_training(tmp_path: Path) -> None:
    table = draw_table(tmp_path)
    whole = (tmp_path / "5.png").read_bytes()
    (tmp_path / "5.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataPhoto, match=r"row 6"):
        check_photos(read_examples(table, CONFIG), {}, "")


def test_tables_without_captions_or_with_too_few_photos_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ColumnMissing, match="captions_en"):
        read_examples(draw_table(tmp_path / "a", column="title"), CONFIG)
    with pytest.raises(TooFewRows, match="1 rows"):
        read_examples(draw_table(tmp_path / "b", ["one"]), CONFIG)
    with pytest.raises(TooFewRows, match="0 rows"):
        read_examples(draw_table(tmp_path / "c", ["RT @ann", "http://t.co/x"]), CONFIG)


def _photos(data: CaptionData, part: str) -> set[object]:
    return {each.photo for each in getattr(data, part)}


def _encoded(seed: int) -> bytes:
    file = BytesIO()
    drawn(seed).save(file, "PNG")
    return file.getvalue()
