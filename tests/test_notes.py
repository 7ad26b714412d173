"""Notes are codes with values; what they say is chosen where they are shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from emotigram.domain import Note
from emotigram.errors import ChatStalled, PostUnfit, WeightsMissing

NOTES = TypeAdapter(Note)


def test_a_note_is_said_in_either_language() -> None:
    note = Note("no_key", {"key_env": "DEEPSEEK_API_KEY"})
    assert note.message("en") == "Written offline by the embedded writer: DEEPSEEK_API_KEY is not set."
    assert note.message("zh") == "由内置写手离线撰写：未设置 DEEPSEEK_API_KEY。"


def test_a_name_is_said_in_the_same_language_as_the_note() -> None:
    note = Note("mood_things", {"things": {"en": "a flower", "zh": "花"}})
    assert "a flower" in note.message("en")
    assert "花" in note.message("zh")


@pytest.mark.parametrize(
    "error",
    [ChatStalled(provider="DeepSeek", seconds=2.5), PostUnfit(provider="chat:a", checks="length")],
    ids=lambda error: error.code,
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_error_is_said_in_the_same_language_as_its_note(error: ChatStalled | PostUnfit, language: str) -> None:
    note = NOTES.validate_json(NOTES.dump_json(Note.of_error("stand_in", error)))
    assert note.values["error"] == error.code
    assert error.message(language) in note.message(language)


def test_a_note_can_give_the_hint_of_an_error() -> None:
    error = WeightsMissing(name="blip2-opt-2.7b")
    note = Note.of_error("no_weights", error)
    assert error.message("zh") + error.hint("zh") in note.message("zh")


@given(key_env=st.text())
def test_a_note_is_the_same_after_json_whatever_it_says(key_env: str) -> None:
    note = Note("no_key", {"key_env": key_env})
    assert NOTES.validate_json(NOTES.dump_json(note)) == note
    assert key_env in note.message("zh")


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("nonsense", {}),
        ("", {}),
        ("no_key", {}),
        ("no_key", {"key_env": {"en": "KEY"}}),
        ("stand_in", {"error": "nonsense"}),
        ("stand_in", {"error": "chat_stalled", "provider": "DeepSeek", "seconds": "long"}),
        ("no_key", {"key_env": "KEY", "language": "zh"}),
    ],
)
def test_what_cannot_be_said_is_no_note(code: str, values: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=f"no sentence for the note '{code}'"):
        Note(code, values)
