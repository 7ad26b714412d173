"""What callers and library users may rely on in every error: its code, its values, its hint in tracebacks."""

from __future__ import annotations

import copy
import multiprocessing
import pickle
import re
import traceback
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from emotigram import errors, open_photo
from emotigram.errors import DataPhoto, EmotiGramError, PhotoMissing, ServerRefused
from tests.error_kinds import blanks_of, kinds_of

CODES = Path(__file__).with_name("error_codes.txt")
KINDS = sorted(kinds_of(), key=lambda kind: kind.code)
COPIES: tuple[Callable[[EmotiGramError], EmotiGramError], ...] = (
    *(lambda error, protocol=protocol: pickle.loads(pickle.dumps(error, protocol)) for protocol in range(6)),
    copy.copy,
    copy.deepcopy,
)


def test_codes_stay_as_they_were() -> None:
    assert [kind.code for kind in KINDS] == CODES.read_text("utf-8").splitlines(), (
        f"Programs tell errors apart by their codes, made of the class names. Where one is meant to be new, gone or "
        f"renamed, change {CODES.name} (one a line, sorted) and the tables of problems in docs/api*.md; otherwise give "
        f"the class its name back."
    )


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_every_error_says_which_values_it_has_and_survives_copying(kind: type[EmotiGramError]) -> None:
    named = {name for base in kind.__mro__ for name in re.findall(r"``(\w+)``", base.__doc__ or "")}
    assert blanks_of(kind) <= named
    assert getattr(errors, kind.__name__) is kind
    error = kind(**dict.fromkeys(blanks_of(kind), 7))
    error.add_note("while reading a holiday")
    for copied in COPIES:
        again = copied(error)
        assert type(again) is kind
        assert (str(again), again.values, again.retryable) == (str(error), error.values, error.retryable)
        assert again.__notes__ == [error.hint(), "while reading a holiday"]
        assert (again.message("zh"), again.hint("zh")) == (error.message("zh"), error.hint("zh"))


def test_a_traceback_shows_the_message_and_the_hint_once(tmp_path: Path) -> None:
    with pytest.raises(PhotoMissing) as caught:
        open_photo(tmp_path / "none.jpg")
    lines = traceback.format_exception(caught.value)
    assert "".join(lines).count(caught.value.message()) == 1
    assert lines[-1] == f"{caught.value.hint()}\n"
    assert "".join(lines).count(caught.value.hint()) == 1


def test_an_error_of_another_process_arrives_as_it_was(tmp_path: Path) -> None:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        error = pool.submit(open_photo, tmp_path / "none.jpg").exception()
    assert isinstance(error, PhotoMissing)
    assert error.values == {"source": str(tmp_path / "none.jpg")}
    assert error.__notes__ == [error.hint()]


def test_an_error_of_a_row_speaks_of_its_photo_in_the_same_language() -> None:
    error = DataPhoto(path="photos.csv", row=3, cause=PhotoMissing(source="a.jpg"))
    assert PhotoMissing(source="a.jpg").message("zh") in pickle.loads(pickle.dumps(error)).message("zh")


def test_what_a_server_says_of_trying_again_is_kept() -> None:
    values = {"server": "http://host", "status": 503, "problem": "queue_full", "detail": "Full.", "hint": "Again."}
    for retryable in (True, False):
        error = ServerRefused(retryable=retryable, **values)
        assert [copied(error).retryable for copied in COPIES] == [retryable] * len(COPIES)
        assert error.__notes__ == ["Again."]
