"""Readings that are kept: there and back without a loss, and what is none is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotigram import dump_reading, load_reading, open_photo, open_studio
from emotigram.domain import Reading
from emotigram.errors import ReadingMalformed
from tests.readings import READINGS


@given(READINGS)
def test_any_reading_goes_there_and_back(reading: Reading) -> None:
    assert load_reading(dump_reading(reading)) == reading


def test_a_post_from_a_kept_reading_is_the_post_from_the_reading(china: Path) -> None:
    studio = open_studio(writer="embedded")
    reading = studio.read(open_photo(china), "What a day!")
    kept = load_reading(dump_reading(reading))
    assert kept.photos[0].sha256 == open_photo(china).sha256
    assert kept.user_text == "What a day!"
    assert studio.write(kept, platform="x", language="en") == studio.write(reading, platform="x", language="en")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"version": 1}', '{"version": 2, "reading": {}}', "\x00" * 9])
def test_what_is_no_reading_is_refused(text: str) -> None:
    with pytest.raises(ReadingMalformed):
        load_reading(text)


def test_a_reading_that_does_not_say_its_version_is_refused(china: Path) -> None:
    kept = json.loads(dump_reading(open_studio(writer="embedded").read(open_photo(china))))
    del kept["version"]
    with pytest.raises(ReadingMalformed):
        load_reading(json.dumps(kept))


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_alike(data: bytes) -> None:
    with pytest.raises(ReadingMalformed):
        load_reading(data)


@given(READINGS, st.sampled_from(["description", "affect", "tags", "photos"]), st.integers())
def test_a_reading_with_a_part_that_is_none_is_refused(reading: Reading, part: str, value: int) -> None:
    kept = json.loads(dump_reading(reading))
    kept["reading"][part] = value
    with pytest.raises(ReadingMalformed):
        load_reading(json.dumps(kept))
