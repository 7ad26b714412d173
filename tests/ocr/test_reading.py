"""The words that stand in photos are read where there are any, in order, and within bounds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from emotigram import open_photo
from emotigram.ocr.lines import MOST_CHARACTERS, Line, cleaned, in_reading_order
from emotigram.ocr.reader import PhotoText
from tests.ocr import drawn

READER = PhotoText()


def lines_in(photo: Path | bytes | np.ndarray) -> tuple[str, ...]:
    return READER.read(open_photo(drawn.png(photo) if isinstance(photo, np.ndarray) else photo)).lines


def test_a_chat_is_read_line_by_line_in_both_languages(capfd: pytest.CaptureFixture[str]) -> None:
    assert lines_in(drawn.chat()) == drawn.CHAT
    assert capfd.readouterr() == ("", ""), "the library talks"


@pytest.mark.parametrize("words", ["NO PARKING", "禁止停车", "Exit 25"])
def test_a_sign_is_read(words: str) -> None:
    assert lines_in(drawn.sign(words)) == (words,)


@pytest.mark.parametrize("photo", ["china", "flower", "cheetah", "tower"])
def test_photos_without_words_hold_none(photo: str, request: pytest.FixtureRequest) -> None:
    assert lines_in(request.getfixturevalue(photo)) == ()


def _noise(width: int, height: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize(
    "pixels",
    [
        *(drawn.plain(1, 1), drawn.plain(5000, 3), drawn.plain(800, 600, drawn.BLACK), drawn.plain(800, 600)),
        *(_noise(800, 600), _noise(60, 2000)),
        np.tile(np.kron([[0, 255], [255, 0]], np.ones((20, 20)))[:, :, None], (16, 20, 3)).astype(np.uint8),
        np.tile(np.arange(256, dtype=np.uint8)[None, :, None], (200, 3, 3)),
    ],
    ids=["dot", "thread", "black", "white", "noise", "tall noise", "chequers", "stripes"],
)
def test_what_is_no_text_is_not_read(pixels: np.ndarray) -> None:
    assert lines_in(pixels) == ()


def test_what_is_too_small_to_read_is_left_out_and_never_guessed() -> None:
    tall = np.repeat(drawn.chat(1080, 2500), 4, axis=0)[:10_000]  # opens at 221 x 2048
    assert set(lines_in(tall)) <= set(drawn.CHAT)


def test_a_wide_panorama_is_read() -> None:
    assert lines_in(drawn.sign("NO PARKING", px=90, width=4000, height=200)) == ("NO PARKING",)


def test_a_page_is_read_from_its_top_to_the_end_of_a_line() -> None:
    lines = lines_in(drawn.page())
    assert len("\n".join(lines)) <= MOST_CHARACTERS
    assert len(lines) >= 5
    for row, line in enumerate(lines):
        assert line.startswith(f"Line {row}")
        assert line.endswith("runs")


def test_what_nobody_sees_is_taken_out() -> None:
    assert cleaned("\u202eNO\u200b PARK\x00ING\u2066\n here ") == "NO PARKING here"


def _piece(text: str, left: float, top: float, right: float, bottom: float) -> Line:
    return Line(text, 1.0, left, top, right, bottom)


def test_pieces_of_a_sentence_are_joined_and_columns_are_not() -> None:
    pieces = [
        *(_piece("right", 500, 3, 600, 33), _piece("see", 0, 0, 50, 30), _piece("you", 60, 2, 110, 32)),
        _piece("below", 0, 40, 100, 70),
    ]
    assert [line.text for line in in_reading_order(pieces)] == ["see you", "right", "below"]


def test_lines_that_slope_stay_apart() -> None:
    pieces = [_piece("first", 77, 180, 209, 225), _piece("second", 65, 192, 216, 243)]
    assert [line.text for line in in_reading_order(pieces)] == ["first", "second"]
