"""``emotigram doctor``: what can be used, and what the rest needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from emotigram.apps.cli.main import app


def examine() -> dict[str, dict[str, Any]]:
    result = CliRunner().invoke(app, ["doctor", "--json"])
    assert result.exit_code == 0, result.stderr
    return {finding["name"]: finding for finding in json.loads(result.stdout)["findings"]}


def test_every_engine_and_extra_is_reported() -> None:
    found = examine()
    large = {"captioner.blip2", "captioner.transformers_vlm", "captioner.openai_vision"}
    large |= {"sentiment.torchscript"}
    engines = {"captioner.embedded", "sentiment.embedded", "writer.embedded", "writer.chat"} | large
    extras = {"web", "api", "ocr", "blip2", "train", "evaluate"}
    assert set(found) == engines | extras
    assert all(found[name]["usable"] for name in engines - {"writer.chat"} - large)
    assert all(found[name]["usable"] == (found[name]["needs"] == "") for name in found)


def test_chat_needs_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    assert examine()["writer.chat"]["needs"] == "Set DEEPSEEK_API_KEY."
    monkeypatch.setenv("DEEPSEEK_API_KEY", "anything")
    assert examine()["writer.chat"]["usable"]


def test_a_sentiment_model_of_ones_own_is_looked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "emotigram train sentiment" in examine()["sentiment.torchscript"]["needs"]
    monkeypatch.setenv("EMOTIGRAM_SENTIMENT_MODEL", str(tmp_path / "nowhere"))
    assert "nowhere" in examine()["sentiment.torchscript"]["needs"]
    (tmp_path / "best_model.pt").touch()
    (tmp_path / "tokenizer").mkdir()
    monkeypatch.setenv("EMOTIGRAM_SENTIMENT_MODEL", str(tmp_path / "best_model.pt"))
    monkeypatch.setenv("EMOTIGRAM_SENTIMENT_TOKENIZER", str(tmp_path / "tokenizer"))
    assert examine()["sentiment.torchscript"]["usable"]


@pytest.mark.parametrize(("language", "ready"), [("en", "ready"), ("zh", "可用")])
def test_people_read_it_in_their_language(language: str, ready: str) -> None:
    result = CliRunner().invoke(app, ["--interface", language, "doctor"])
    assert result.exit_code == 0
    assert ready in result.stdout
    for finding in examine().values():
        if not finding["usable"] and finding["kind"] == "extra":
            assert f"pip install 'emotigram[{finding['name']}]'" in result.stdout


def test_unknown_provider_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMOTIGRAM_PROVIDER", "nosuch")
    assert CliRunner().invoke(app, ["doctor"]).exit_code == 2


def test_whether_words_in_photos_are_read_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    assert examine()["ocr"]["usable"]
    monkeypatch.setenv("EMOTIGRAM_READ_TEXT", "off")
    assert examine()["ocr"]["needs"] == "Switched off: read_text = off."
