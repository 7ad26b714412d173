"""Data sets in three parts: as their files are laid out, no row and no group in two of them, faults by row."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from emotigram.errors import ColumnMissing, DataMissing, DataPhoto, LabelUnknown, TooFewRows, UnknownName
from emotigram.settings import Settings
from emotigram.training.multimodal.build import build_encoders
from emotigram.training.multimodal.config import SentimentConfig
from emotigram.training.multimodal.data import LABELS, Dataset, SentimentExample
from emotigram.training.multimodal.read_data import read_dataset
from emotigram.training.multimodal.sources import DATASETS
from tests.training.drawn import encoded

MOODS = ("negative", "neutral", "positive")
PARTS = ("train", "validation", "held_out")


def save(folder: Path, stem: str, columns: Mapping[str, Sequence[Any]]) -> None:
    pq.write_table(pa.table(dict(columns)), folder / f"{stem}.parquet")


def save_table(folder: Path, name: str, rows: Sequence[Mapping[str, str]]) -> None:
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        lines = csv.DictWriter(file, list(rows[0]), delimiter="\t" if name.endswith(".tsv") else ",")
        lines.writeheader()
        lines.writerows(rows)


def twitter1517(folder: Path, count: int = 260) -> None:
    """Every photo is in two tweets."""
    numbers = range(count)
    save(
        folder,
        "twitter1517-train",
        {
            "txt": [f"tweet {i}" for i in numbers],
            "txt_label": [0] * count,
            "multi_label": [i % 3 - 1 for i in numbers],
            "original_image_id": [f"{i // 2}.jpg" for i in numbers],
            "new_image_id": [f"{i}.jpg" for i in numbers],
        },
    )


def tweets_about(folder: Path, stem: str, numbers: Sequence[int]) -> None:
    save(
        folder,
        stem,
        {
            "text": [f"so $T$ wins {i} times" for i in numbers],
            "target": [f"Ann {i}" for i in numbers],
            "image": [f"{i}.jpg" for i in numbers],
            "image_caption": [f"a photo of {i}" if i % 5 else None for i in numbers],
            "sentiment": [MOODS[i % 3] for i in numbers],
        },
    )


def mvsa(folder: Path, count: int = 260) -> None:
    numbers = range(count)
    save(
        folder,
        "mvsa-train",
        {
            "image": [encoded(True, i) for i in numbers],
            "text": [f"tweet {i % (count - 20)}" for i in numbers],  # the last twenty were sent before
            "sentiment": [MOODS[i % 3] for i in numbers],
        },
    )


def msed(folder: Path, stem: str, numbers: Sequence[int]) -> None:
    save(
        folder,
        stem,
        {
            "image": [b"photo"] * len(numbers),
            "title": [f"title {i}" for i in numbers],
            "caption": [f"title {i} and more" if i % 2 else f"caption {i}" for i in numbers],
            "sentiment": [MOODS[i % 3] for i in numbers],
            "emotion": ["happiness"] * len(numbers),
        },
    )


def rows_of(folder: Path, name: str, count: int, first: int = 0, **changed: str) -> list[dict[str, str]]:
    """Rows of a table with photos that are there."""
    for i in range(first, first + count):
        Image.new("RGB", (8, 8), (i % 255, 9, 9)).save(folder / f"{i}.png")
    rows = [{"image": f"{i}.png", "text": f"text {i}", "sentiment": MOODS[i % 3]} for i in range(first, first + count)]
    return [row | changed for row in rows]


def draw(key: str, folder: Path) -> None:
    """Write the files of a data set."""
    if key == "twitter1517":
        twitter1517(folder)
    elif key in ("twitter2015", "twitter2017"):
        tweets_about(folder, f"{key}-train", range(120))
        tweets_about(folder, f"{key}-dev", range(110, 210))  # ten rows stand in both
    elif key == "mvsa":
        mvsa(folder)
    elif key == "msed":
        msed(folder, "msed-train", range(120))
        msed(folder, "msed-dev", range(110, 210))
    else:
        save_table(folder, "train.csv", rows_of(folder, "train.csv", 260))


EVERY = pytest.mark.parametrize("key", [*DATASETS, "folder"])


def read(key: str, folder: Path, share: float = 0.2, **options: int) -> Dataset:
    return read_dataset(key, folder, validation_share=share, **options)


def groups(rows: Sequence[SentimentExample]) -> set[str]:
    return {row.group for row in rows}


def numbers(rows: Sequence[SentimentExample]) -> set[int]:
    return {row.number for row in rows}


@EVERY
def test_no_row_and_no_group_is_in_two_parts(key: str, tmp_path: Path) -> None:
    draw(key, tmp_path)
    data = read(key, tmp_path)
    assert len(numbers(data.examples)) == len(data.examples)
    for one, other in ((0, 1), (0, 2), (1, 2)):
        a, b = getattr(data, PARTS[one]), getattr(data, PARTS[other])
        assert len(a) >= 20
        assert groups(a).isdisjoint(groups(b))
        if key not in ("folder", "twitter1517"):  # whose groups are photos
            assert {row.text for row in a}.isdisjoint(row.text for row in b)


@EVERY
def test_a_row_is_found_in_its_file(key: str, tmp_path: Path) -> None:
    draw(key, tmp_path)
    data = read(key, tmp_path)
    for row in data.examples:
        table, number = data.table_of(row)
        cells = table.rows[number - 1]
        label = cells.get("sentiment", MOODS[int(cells.get("multi_label", 0)) + 1])
        assert LABELS[row.label] == label
        assert str(cells.get("text", cells.get("txt", ""))).replace("$T$", row.target) in row.text
    with pytest.raises(IndexError):
        data.table_of(SentimentExample(10_000, "", None, 0))


@EVERY
def test_the_same_seed_gives_the_same_parts_and_another_other_validation(key: str, tmp_path: Path) -> None:
    draw(key, tmp_path)
    first, again, other = read(key, tmp_path), read(key, tmp_path), read(key, tmp_path, seed=1)
    assert first == again
    assert numbers(first.validation) != numbers(other.validation)
    if key in ("twitter1517", "mvsa", "folder"):
        assert numbers(first.held_out) == numbers(other.held_out)


@pytest.mark.parametrize("key", ["twitter2015", "twitter2017", "msed"])
def test_halves_of_a_validation_file_swap_with_the_seeds_parity(key: str, tmp_path: Path) -> None:
    draw(key, tmp_path)
    even, odd, even_again = (read(key, tmp_path, seed=seed) for seed in (0, 1, 2))
    assert even.validation == odd.held_out == even_again.validation
    assert even.held_out == odd.validation
    assert len(even.validation) + len(even.held_out) == 100
    assert len(even.train) == 120 - 10
    assert even.train == odd.train


@pytest.mark.parametrize("key", list(DATASETS))
def test_folds_hold_every_row_out_once_and_are_the_same_for_all_seeds(key: str, tmp_path: Path) -> None:
    draw(key, tmp_path)
    held_out = [read(key, tmp_path, 0.4, fold=fold, folds=4) for fold in range(4)]
    each = [row.number for data in held_out for row in data.held_out]
    assert sorted(each) == list(range(len(held_out[0].tables[0].rows)))
    for data in held_out:
        assert groups(data.held_out).isdisjoint(groups(data.train) | groups(data.validation))
        assert groups(data.train).isdisjoint(groups(data.validation))
        assert len(data.tables) == 1
    other = read(key, tmp_path, 0.4, fold=2, folds=4, seed=5)
    assert numbers(other.held_out) == numbers(held_out[2].held_out)
    assert numbers(other.validation) != numbers(held_out[2].validation)


def test_twitter1517_takes_what_both_say_and_captions_from_its_origins(tmp_path: Path) -> None:
    twitter1517(tmp_path)
    assert {row.caption for row in read("twitter1517", tmp_path).examples} == {""}
    tweets_about(tmp_path, "twitter2015-train", range(0, 60))
    tweets_about(tmp_path, "twitter2017-dev", range(60, 100))
    data = read("twitter1517", tmp_path)
    assert [len(table.rows) for table in data.tables] == [260]
    for row in data.examples:
        photo = row.number // 2
        assert row.caption == (f"a photo of {photo}" if photo < 100 and photo % 5 else "")
        assert row.photo is None
        assert row.label == row.number % 3
        assert row.group == f"{photo}.jpg"


@pytest.mark.parametrize("key", ["twitter2015", "twitter2017"])
def test_tweets_about_someone_name_their_target(key: str, tmp_path: Path) -> None:
    draw(key, tmp_path)
    data = read(key, tmp_path)
    for row in data.examples:
        i = row.number if row.number < 120 else row.number - 10
        assert row.text == f"so Ann {i} wins {i} times"
        assert row.target == f"Ann {i}"
        assert row.caption == (f"a photo of {i}" if i % 5 else "")
        assert row.photo is None


def test_photos_in_the_file_come_with_their_texts(tmp_path: Path) -> None:
    draw("mvsa", tmp_path)
    draw("msed", tmp_path)
    assert all(row.photo == encoded(True, row.number) for row in read("mvsa", tmp_path).held_out)
    for row in read("msed", tmp_path).train:
        title = f"title {row.number}"
        assert row.photo == b"photo"
        assert row.text == (f"{title} and more" if row.number % 2 else f"{title} caption {row.number}")


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
@pytest.mark.parametrize("files", [("train",), ("train", "val"), ("train", "test"), ("train", "dev", "test")])
def test_a_folder_may_bring_its_own_parts(files: Sequence[str], suffix: str, tmp_path: Path) -> None:
    counts = {"train": 300, "val": 40, "dev": 40, "test": 30}
    first = 0
    for name in files:
        save_table(tmp_path, f"{name}{suffix}", rows_of(tmp_path, name, counts[name], first))
        first += counts[name]
    data = read("folder", tmp_path)
    assert [table.path.name for table in data.tables] == [f"{name}{suffix}" for name in files]
    assert all(
        row.photo == tmp_path / f"{row.number}.png" and row.text == f"text {row.number}" for row in data.examples
    )
    if files == ("train", "dev", "test"):
        assert [numbers(getattr(data, part)) for part in PARTS] == [
            set(range(300)),
            set(range(300, 340)),
            set(range(340, 370)),
        ]
    if "test" in files:
        assert numbers(data.held_out) == set(range(first - 30, first))
    else:
        assert numbers(data.held_out) == set(range(0, 300, 10))
    if "val" in files:
        assert numbers(data.validation) == set(range(300, 340))
    assert len(data.examples) == first


def test_a_photo_that_is_in_the_test_file_is_not_learned_from(tmp_path: Path) -> None:
    save_table(tmp_path, "train.csv", rows_of(tmp_path, "train", 150))
    save_table(tmp_path, "val.csv", rows_of(tmp_path, "val", 60, 100))
    save_table(tmp_path, "test.csv", rows_of(tmp_path, "test", 60, 140))
    data = read("folder", tmp_path)
    assert groups(data.train) == {f"{i}.png" for i in range(100)}
    assert groups(data.validation) == {f"{i}.png" for i in range(100, 140)}
    assert groups(data.held_out) == {f"{i}.png" for i in range(140, 200)}


def test_rows_may_lack_photo_or_text(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, "train", 200)
    without = [
        row | ({"image": ""} if i % 3 == 0 else {"text": " "} if i % 3 == 1 else {}) for i, row in enumerate(rows)
    ]
    save_table(tmp_path, "train.csv", without)
    data = read("folder", tmp_path)
    assert len(data.examples) == 200
    for row in data.examples:
        assert (row.photo is None) == (row.number % 3 == 0)
        assert (row.text == "") == (row.number % 3 == 1)


def test_rows_without_text_and_with_photos_in_the_file_are_no_group(tmp_path: Path) -> None:
    for part, count in (("train", 60), ("val", 40), ("test", 40)):
        photos = [encoded(True, i) for i in range(count)]
        save(tmp_path, part, {"image": photos, "text": [""] * count, "sentiment": ["positive"] * count})
    assert [len(getattr(read("folder", tmp_path), part)) for part in PARTS] == [60, 40, 40]


def test_a_photo_that_is_missing_is_named_by_row(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, "train", 200)
    rows[41]["image"] = "gone.png"
    save_table(tmp_path, "train.csv", rows)
    with pytest.raises(DataPhoto, match=r"row 42.*gone\.png") as caught:
        read("folder", tmp_path)
    assert caught.value.values["row"] == 42


def test_a_photo_that_is_none_is_named_by_row_and_file_when_it_is_looked_at(tmp_path: Path) -> None:
    save_table(tmp_path, "train.csv", rows_of(tmp_path, "train", 80))
    save_table(tmp_path, "val.csv", rows_of(tmp_path, "val", 30, 80))
    save_table(tmp_path, "test.csv", rows_of(tmp_path, "test", 30, 110))
    (tmp_path / "85.png").write_bytes(b"no photo")
    data = read("folder", tmp_path)
    with pytest.raises(DataPhoto, match=r"val\.csv.*row 6"):
        build_encoders(SentimentConfig(dataset="folder", text_encoder="bag_of_words"), data, Settings())


@EVERY
def test_a_label_that_nobody_knows_is_named_by_row(key: str, tmp_path: Path) -> None:
    draw(key, tmp_path)
    if key == "folder":
        rows = rows_of(tmp_path, "train", 60)
        rows[6]["sentiment"] = "meh"
        save_table(tmp_path, "train.csv", rows)
    else:
        path = tmp_path / f"{key}-train.parquet"
        column = "multi_label" if key == "twitter1517" else "sentiment"
        cells = pq.read_table(path).to_pydict()
        cells[column] = [str(cell) for cell in cells[column]]
        cells[column][6] = "meh"
        pq.write_table(pa.table(cells), path)
    with pytest.raises(LabelUnknown, match=r"row 7.*'meh'"):
        read(key, tmp_path)


def test_a_folder_without_sentiments_is_said_so(tmp_path: Path) -> None:
    rows = [{"text": row["text"], "emotion": "joy"} for row in rows_of(tmp_path, "train", 60)]
    save_table(tmp_path, "train.csv", rows)
    with pytest.raises(ColumnMissing, match="sentiment"):
        read("folder", tmp_path)


@pytest.mark.parametrize("column", ["target", "image_caption"])
def test_a_column_that_a_set_must_have_is_named(column: str, tmp_path: Path) -> None:
    draw("twitter2015", tmp_path)
    path = tmp_path / "twitter2015-train.parquet"
    pq.write_table(pq.read_table(path).drop_columns(column), path)
    with pytest.raises(ColumnMissing, match=column):
        read("twitter2015", tmp_path)


def test_a_set_that_nobody_knows_is_said_with_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="twitter2018") as caught:
        read("twitter2018", tmp_path)
    assert caught.value.hint().endswith("twitter1517, twitter2015, twitter2017, mvsa, msed, folder.")


@EVERY
def test_a_file_that_is_missing_is_named(key: str, tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match=r"train\.(parquet|csv)"):
        read(key, tmp_path)
    with pytest.raises(DataMissing):
        read(key, tmp_path / "absent")
    if key in ("twitter2015", "msed"):
        draw(key, tmp_path)
        (tmp_path / f"{key}-dev.parquet").unlink()
        with pytest.raises(DataMissing, match="dev"):
            read(key, tmp_path)


def test_too_few_rows_are_no_data_set(tmp_path: Path) -> None:
    save_table(tmp_path, "train.csv", rows_of(tmp_path, "train", 190))
    with pytest.raises(TooFewRows, match="20"):
        read("folder", tmp_path)
    twitter1517(tmp_path, 60)
    with pytest.raises(TooFewRows):
        read("twitter1517", tmp_path)
