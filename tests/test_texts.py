"""Every sentence exists in both interface languages, with the same blanks, and every error has its own."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from emotigram.errors import EmotiGramError
from emotigram.settings import Settings
from emotigram.texts import interface_language
from tests.error_kinds import kinds_of


def _sentences(language: str) -> dict[str, str]:
    text = (resources.files("emotigram") / "data" / "interface" / f"{language}.toml").read_text("utf-8")
    return dict(_flat("", tomllib.loads(text)))


def _flat(prefix: str, node: object) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _flat(f"{prefix}.{key}", value)
    else:
        yield prefix, str(node)


def test_both_languages_hold_the_same_sentences_with_the_same_blanks() -> None:
    english, chinese = _sentences("en"), _sentences("zh")
    for name in Settings.model_fields:  # the class has the English ones
        chinese.pop(f".settings.{name}")
    assert english.keys() == chinese.keys()
    blanks = re.compile(r"{[a-z_]+")
    assert {k: sorted(blanks.findall(v)) for k, v in english.items()} == {
        k: sorted(blanks.findall(v)) for k, v in chinese.items()
    }


@pytest.mark.parametrize("kind", list(kinds_of()), ids=lambda kind: kind.code)
def test_every_error_has_a_message_and_a_hint_and_an_exit_code(kind: type[EmotiGramError]) -> None:
    english = _sentences("en")
    assert english[f".errors.{kind.code}.message"]
    assert english[f".errors.{kind.code}.hint"]
    assert kind.exit_code > 1


_BLANKS = re.compile(r"{([a-z_]+)")
_OF_OTHERS = {"engine"}  # for engines of other packages, which have no sentences here


def _notes_made() -> dict[str, set[str]]:
    """The code of every note that is made in the sources, and the blanks that it fills."""
    made: dict[str, set[str]] = {}
    for path in sorted(Path(str(resources.files("emotigram"))).rglob("*.py")):
        source = path.read_text("utf-8")
        for call in ast.walk(ast.parse(source if "Note" in source else "")):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in ("Note", "Note.of_error"):
                code, *rest = call.args
                made[ast.literal_eval(code)] = _filled(rest) if ast.unparse(call.func) == "Note" else {"reason", "hint"}
    return made


def _filled(values: list[ast.expr]) -> set[str]:
    return {ast.literal_eval(key) for each in values if isinstance(each, ast.Dict) for key in each.keys if key}


def test_every_note_has_a_sentence_and_fills_it_and_every_sentence_is_of_a_note() -> None:
    made = _notes_made()
    sentences = {
        key.removeprefix(".notes."): text for key, text in _sentences("en").items() if key.startswith(".notes.")
    }
    assert sentences.keys() == made.keys() | _OF_OTHERS
    assert {code: set(_BLANKS.findall(sentences[code])) - filled for code, filled in made.items()} == {
        code: set() for code in made
    }


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN", "LC_ALL": "en_GB"}, "en"),
        ({"LANG": "zh_TW.UTF-8"}, "zh"),
        ({"LANG": "zh_CN", "LC_ALL": "C"}, "en"),
        ({"LANG": "?", "LC_MESSAGES": ""}, "en"),
    ],
)
def test_the_interface_follows_the_locale(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], language: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert interface_language() == language
    assert interface_language("zh-TW") == "zh"
