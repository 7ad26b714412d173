"""Data sets in all their layouts, and what is wrong with bad ones, by row."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from emotigram.errors import (
    CaptionsEmpty,
    ColumnMissing,
    DataAmbiguous,
    DataEmpty,
    DataMissing,
    DataPhoto,
    DataUnreadable,
    LabelUnknown,
    RowMalformed,
)
from emotigram.evaluation.caption_data import read_captions
from emotigram.evaluation.sentiment_data import read_sentiment
from emotigram.evaluation.tables import read_table, sample_rows
from tests.conftest import PhotoFactory


@pytest.fixture
def save(tmp_path: Path) -> Any:
    def write(columns: Mapping[str, Sequence[object]]) -> Path:
        path = tmp_path / "data.parquet"
        pq.write_table(pa.table(dict(columns)), path)
        return path

    return write


def test_captions_in_parquet(save: Any) -> None:
    data = read_captions(
        save({"image": [b"1", b"2"], "captions_en": [["A dog"], ["A", " "]], "captions_zh": [["狗"]] * 2})
    )
    assert data.languages == ("en", "zh")
    assert [dict(row.captions) for row in data.rows] == [
        {"en": ("A dog",), "zh": ("狗",)},
        {"en": ("A",), "zh": ("狗",)},
    ]
    assert read_captions(save({"image": [b"1"], "captions_zh": [["狗"]]})).languages == ("zh",)


def test_captions_in_csv_with_a_folder_of_photos(tmp_path: Path, photos: PhotoFactory) -> None:
    (tmp_path / "images").mkdir()
    photos("images/1.png")
    photos("2.png")
    lines = ["image,caption", "1.png,A dog", '2.png,"[""A cat"", ""Two cats""]"', "1.png,A brown dog"]
    (tmp_path / "captions.csv").write_text("\n".join(lines), "utf-8")
    first, second = read_captions(tmp_path).rows
    assert (first.number, first.photo, first.captions["en"]) == (1, tmp_path / "images/1.png", ("A dog", "A brown dog"))
    assert (second.number, second.photo, second.captions["en"]) == (2, tmp_path / "2.png", ("A cat", "Two cats"))


def test_one_language_can_be_asked_for(save: Any) -> None:
    path = save({"image": [b"1"], "captions_en": [["A dog"]], "caption": ["一只狗"]})
    assert dict(read_captions(path, "zh").rows[0].captions) == {"zh": ("一只狗",)}
    assert dict(read_captions(path, "en").rows[0].captions) == {"en": ("A dog",)}


@pytest.mark.parametrize(
    ("columns", "texts", "truths"),
    [
        ({"text": ["a", "b"], "sentiment": ["Negative", "positive"]}, ["a", "b"], ["negative", "positive"]),
        ({"txt": ["a", "b", "c"], "multi_label": [-1, 0, 1]}, ["a", "b", "c"], ["negative", "neutral", "positive"]),
        (
            {"title": ["Joy", "Joy"], "caption": ["Joy of life", "A man"], "sentiment": ["neutral"] * 2},
            ["Joy of life", "Joy A man"],
            ["neutral", "neutral"],
        ),
        ({"text": ["$T$ wins"], "target": ["Ann"], "sentiment": ["positive"]}, ["Ann wins"], ["positive"]),
    ],
)
def test_sentiment_layouts(save: Any, columns: dict[str, Any], texts: list[str], truths: list[str]) -> None:
    rows = read_sentiment(save(columns)).rows
    assert [row.text for row in rows] == texts
    assert [row.truth["sentiment"] for row in rows] == truths


def test_emotions_go_by_one_name(save: Any) -> None:
    names = ["happiness", "happy", "joy", "sad", "angry", "fear", "disgust", "surprise", "neutral"]
    data = read_sentiment(save({"text": names, "emotion": names}))
    expected = ["joy"] * 3 + ["sadness", "anger", "fear", "disgust", "surprise", "neutral"]
    assert [row.truth["emotion"] for row in data.rows] == expected
    assert data.labels == {"emotion": ("joy", "sadness", "anger", "fear", "disgust", "surprise", "neutral")}


def test_rows_without_one_truth_or_without_words_are_counted_not_measured(save: Any) -> None:
    columns = {"text": ["a", "b", " "], "emotions": [["joy", "fear"], ["joy"], ["fear"]]}
    data = read_sentiment(save(columns))
    assert [row.number for row in data.rows] == [2]
    assert data.left_out == {"several emotions": 1, "neither photo nor text": 1}


def test_ratings_are_mapped_to_our_scale(save: Any) -> None:
    columns = {"image": [b"1"] * 3, "valence_mean": ["1", "4", "7"], "arousal_mean": [2.5, 4.0, 5.5]}
    rows = read_sentiment(save(columns)).rows
    assert [row.truth["valence"] for row in rows] == [-1, 0, 1]
    assert [row.truth["arousal"] for row in rows] == [-0.5, 0, 0.5]


def test_labels_are_those_that_occur(save: Any) -> None:
    data = read_sentiment(save({"text": ["a", "b"], "sentiment": ["positive", "negative"]}))
    assert data.labels == {"sentiment": ("negative", "positive")}
    alone = read_sentiment(save({"text": ["a"], "sentiment": ["positive"]}))
    assert alone.labels == {"sentiment": ("negative", "neutral", "positive")}


def test_the_original_layout(tmp_path: Path, photos: PhotoFactory) -> None:
    (tmp_path / "photos").mkdir()
    photos("photos/0001.jpg")
    (tmp_path / "test.csv").write_text("txt,new_image_id,multi_label\nA good day,0001.jpg,1\n", "utf-8-sig")
    (row,) = read_sentiment(tmp_path).rows
    assert (row.photo, row.text, row.truth) == (tmp_path / "photos/0001.jpg", "A good day", {"sentiment": "positive"})


def test_texts_alone_take_the_texts_own_label_and_no_photos(save: Any) -> None:
    path = save({"txt": ["a"], "new_image_id": ["gone.jpg"], "txt_label": [0], "multi_label": [1]})
    (row,) = read_sentiment(path, text_only=True).rows
    assert (row.photo, row.truth) == (None, {"sentiment": "neutral"})


def test_a_sample_is_seeded_and_in_order() -> None:
    picked = sample_rows(1000, 50, seed=0)
    assert picked == sorted(set(picked)) == sample_rows(1000, 50, seed=0) != sample_rows(1000, 50, seed=1)
    assert len(picked) == 50
    assert sample_rows(3, 50, seed=0) == sample_rows(3, None, seed=0) == [0, 1, 2]


BAD_SENTIMENT = [
    ({"text": ["a", "b"], "sentiment": ["positive", "postive"]}, LabelUnknown, ["row 2", "'postive'", "sentiment"]),
    ({"txt": ["a"], "multi_label": [2]}, LabelUnknown, ["row 1", "'2'"]),
    ({"text": ["a"], "emotion": ["bored"]}, LabelUnknown, ["row 1", "'bored'"]),
    ({"text": ["a", "b"], "emotions": [["joy"], []]}, LabelUnknown, ["row 2"]),
    ({"text": ["a"], "sentiment": [None]}, LabelUnknown, ["row 1"]),
    ({"image": [b"1"], "valence_mean": ["8"]}, LabelUnknown, ["row 1", "'8'"]),
    ({"text": ["a"]}, ColumnMissing, ["sentiment", "multi_label", "emotion"]),
    ({"sentiment": ["positive"]}, ColumnMissing, ["text", "image"]),
    ({"text": [], "sentiment": []}, DataEmpty, ["nothing"]),
    ({"text": [" "], "sentiment": ["positive"]}, DataEmpty, ["nothing"]),
    ({"image": ["none.jpg"], "sentiment": ["positive"]}, DataPhoto, ["row 1", "none.jpg: no such file"]),
]


@pytest.mark.parametrize(("columns", "kind", "words"), BAD_SENTIMENT)
def test_bad_sentiment_data_names_file_and_row(
    save: Any, columns: dict[str, Any], kind: type[Exception], words: list[str]
) -> None:
    path = save(columns)
    with pytest.raises(kind) as caught:
        read_sentiment(path)
    assert str(path) in str(caught.value)
    assert all(word in str(caught.value) for word in words)


BAD_CAPTIONS = [
    ({"image": [b"1", b"2"], "captions_en": [["A dog"], []]}, CaptionsEmpty, ["row 2", "captions_en"]),
    ({"image": [b"1"], "captions_en": [[" .", ""]]}, CaptionsEmpty, ["row 1"]),
    ({"image": [b"1"], "captions_en": [None]}, CaptionsEmpty, ["row 1"]),
    ({"image": [b"1"], "words": [["A dog"]]}, ColumnMissing, ["captions_en", "captions_zh"]),
    ({"captions_en": [["A dog"]]}, ColumnMissing, ["image"]),
    ({"image": [b"1", None], "captions_en": [["A dog"]] * 2}, DataPhoto, ["row 2"]),
]


@pytest.mark.parametrize(("columns", "kind", "words"), BAD_CAPTIONS)
def test_bad_caption_data_names_file_and_row(
    save: Any, columns: dict[str, Any], kind: type[Exception], words: list[str]
) -> None:
    path = save(columns)
    with pytest.raises(kind) as caught:
        read_captions(path)
    assert str(path) in str(caught.value)
    assert all(word in str(caught.value) for word in words)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.parquet", b"PAR1 but no more", DataUnreadable),
        ("a.csv", "text,sentiment\n你好,positive\n".encode("gbk"), DataUnreadable),
        ("a.csv", b'text,sentiment\n"a"b,positive\n', DataUnreadable),
        ("a.csv", b"text,sentiment\na,b,positive\n", RowMalformed),
        ("a.csv", b"text,sentiment\na\n", RowMalformed),
        ("a.csv", b"text,sentiment\n", DataEmpty),
        ("a.csv", b"", DataEmpty),
    ],
)
def test_bad_files(tmp_path: Path, name: str, content: bytes, kind: type[Exception]) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(kind, match=name):
        read_table(tmp_path / name)


def test_folders_need_exactly_one_table(tmp_path: Path) -> None:
    with pytest.raises(DataMissing):
        read_table(tmp_path)
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("text,sentiment\na,positive\n", "utf-8")
    with pytest.raises(DataAmbiguous, match=r"a\.csv, b\.csv"):
        read_table(tmp_path)
    with pytest.raises(DataMissing):
        read_table(tmp_path / "none.parquet")


def test_commas_and_lines_within_quotes_are_kept(tmp_path: Path) -> None:
    rows = [{"text": 'a, "b"\nc', "sentiment": "positive"}]
    (tmp_path / "a.csv").write_text('text,sentiment\n"a, ""b""\nc",positive\n', "utf-8")
    assert json.dumps(read_table(tmp_path / "a.csv").rows) == json.dumps(rows)
