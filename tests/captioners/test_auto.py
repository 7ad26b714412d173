"""Which captioner is chosen where nobody says which: the best that is usable now."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from emotigram.apps.cli.main import app
from emotigram.assembly import choose_engine, open_studio
from emotigram.domain import Photo
from emotigram.settings import Settings
from tests.checkpoints.blip2 import save_blip2

PHOTO = Photo(Image.new("RGB", (60, 40), (200, 30, 30)), "drawn", "")


@pytest.fixture(autouse=True)
def no_gpu() -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")


def test_without_a_gpu_and_settings_it_is_the_embedded_one() -> None:
    assert choose_engine("captioner", Settings()) == ("embedded", ())
    assert open_studio(writer="embedded").read(PHOTO).read_by["captioner"] == "embedded"


def test_weights_that_the_user_configured_are_used(tmp_path: Path) -> None:
    folder = save_blip2(tmp_path / "blip2")
    studio = open_studio(captioner_model=str(folder), beams=1)
    reading = studio.read(PHOTO)
    assert reading.read_by["captioner"].startswith("blip2:")
    assert reading.description["en"]
    assert set(reading.tweets) == {"en", "zh"}  # its own line, and ours in Chinese
    assert reading.notes
    assert studio.write(reading, language="zh").notes[0] == reading.notes[0]


def test_configured_weights_that_are_not_here_are_said_to_be_missing(photos: object) -> None:
    name, notes = choose_engine("captioner", Settings(captioner_model="blip2-opt-2.7b"))
    assert name == "embedded"
    reading = open_studio(captioner_model="blip2-opt-2.7b", writer="embedded").read(PHOTO)
    for language, said in (("en", "emotigram models pull blip2-opt-2.7b"), ("zh", "本机没有权重")):
        assert said in notes[0].message(language)
        assert said in reading.notes[0].message(language)


def test_photos_go_to_a_provider_only_where_one_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPSEEK_API_KEY", "sk-nobody")
    assert choose_engine("captioner", Settings())[0] == "embedded"
    assert choose_engine("captioner", Settings(vision_provider="ollama"))[0] == "openai_vision"
    assert (
        choose_engine("captioner", Settings(vision_provider="ollama", captioner_model="blip2-opt-2.7b"))[0]
        == "openai_vision"
    )


def test_weights_at_hand_come_before_a_provider(tmp_path: Path) -> None:
    folder = save_blip2(tmp_path / "blip2")
    assert choose_engine("captioner", Settings(captioner_model=str(folder), vision_provider="ollama"))[0] == "blip2"


def test_an_engine_named_outright_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    PHOTO.image.save(path)
    done = CliRunner().invoke(app, ["read", str(path), "--engine", "blip2"])
    assert done.exit_code == 4
    assert "emotigram models pull blip2-opt-2.7b" in done.output
    done = CliRunner().invoke(app, ["read", str(path), "--engine", "embedded"])
    assert done.exit_code == 0, done.output
