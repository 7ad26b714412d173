"""N-grams: what the affect model is given for free text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotigram.inference.ngrams import KnownNgrams, hashes, ngrams


@pytest.mark.parametrize(
    ("text", "gram"),
    [
        ("It was not so good", "not:good"),
        ("I don’t like it", "don't like it"),
        ("I don’t like it", "not:like"),
        ("这家店不好吃", "not:好吃"),
        ("没有不好", "not:好"),
        ("so happy😍", "😍"),
        ("#sunsetlover", "…sunse"),
        ("soooooo good", "soo good"),
        ("哈哈哈哈哈", "哈"),
        ("see https://example.org/x", "‹link›"),
        ("\\u002c fine :)", ":)"),
    ],
)
def test_what_is_seen_in_a_text(text: str, gram: str) -> None:
    assert gram in ngrams(text)


def test_a_negation_ends_with_its_sentence() -> None:
    assert "not:good" not in ngrams("Not today! good night")


def test_names_and_retweet_marks_say_nothing() -> None:
    assert ngrams("RT @someone lovely") == ngrams("lovely")


@given(st.text(max_size=300), st.text(max_size=300))
def test_only_known_ngrams_are_numbered(known: str, text: str) -> None:
    table = KnownNgrams(np.unique(hashes(known + " x")))
    numbers = table.table([text, known])
    assert numbers.dtype == np.int64
    assert numbers.shape[0] == 2
    assert ((numbers >= 0) & (numbers <= len(table.crcs))).all()
    shared = set(hashes(text).tolist()) & set(table.crcs.tolist())
    assert np.count_nonzero(numbers[0]) == len(shared)
    assert {int(table.crcs[n - 1]) for n in numbers[0] if n} == shared


def test_known_ngrams_come_back_from_their_file(tmp_path: Path) -> None:
    KnownNgrams(np.unique(hashes("a quiet day"))).save(tmp_path / "ngrams.npz")
    assert np.count_nonzero(KnownNgrams.load(tmp_path / "ngrams.npz").table(["quiet day"])) == len(hashes("quiet day"))
