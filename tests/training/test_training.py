"""The whole training command on a handful of drawn photos: data -> train -> export -> evaluate -> cards."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image

pytest.importorskip("torch")

from emotigram.captioners.embedded import EmbeddedCaptioner
from emotigram.inference.backbone import SIDE_PX, Backbone
from emotigram.inference.pixels import batch
from emotigram.inference.store import open_model
from emotigram.training.__main__ import prepare, train
from emotigram.training.backbone_graph import write_backbone
from emotigram.training.embedded_captioner.build import build_captioner_model
from emotigram.training.embedded_captioner.caption import train_captioner
from emotigram.training.embedded_captioner.corpus import Corpus
from emotigram.training.embedded_captioner.hint_head import train_hints
from emotigram.training.embedded_captioner.reward import reward_captioner
from emotigram.training.progress import plot_losses
from tests.training.drawn import COUNTS, FEW, OTHERS, draw_data, encoded

# torch's older exporter speaks of its own end; the newer one needs one more package and gains nothing here
pytestmark = [
    pytest.mark.filterwarnings("ignore:You are using the legacy TorchScript-based ONNX export:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The feature will be removed:DeprecationWarning"),
]


def _drawn(work: Path, counts: Mapping[str, int]) -> Path:
    (work / "data").mkdir()
    draw_data(work / "data", counts)
    return work


def _train(work: Path) -> None:
    train(
        data=work / "data",
        work=work,
        models=work / "models",
        documents=[work / "README.md"],
        hint_epochs=2,
        caption_epochs=60,
        reward_epochs=1,
    )


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    work = _drawn(tmp_path_factory.mktemp("work"), COUNTS | OTHERS)
    (work / "README.md").write_text("before\n<!-- figures -->\nold\n<!-- /figures -->\nafter\n", "utf-8")
    _train(work)
    return work


@pytest.fixture(scope="module")
def folder(work: Path) -> Path:
    return next((work / "models" / "captioner").iterdir())


def _tells_two_drawn_photos_apart(folder: Path) -> None:
    captioner = EmbeddedCaptioner(open_model(folder), Backbone())
    photos = [Image.open(io.BytesIO(encoded(is_red, 999))) for is_red in (True, False)]
    pixels = batch(photos, SIDE_PX)
    red, green = captioner.see(pixels)
    assert (red.sentences["en"], green.sentences["en"]) == ("A dog runs.", "The sea sleeps.")
    assert (red.sentences["zh"], green.sentences["zh"]) == ("狗在跑。", "大海睡了。")


@pytest.mark.nightly
def test_each_stage_goes_on_from_the_one_before_until_photos_are_told_apart(tmp_path: Path) -> None:
    work = _drawn(tmp_path, FEW)
    write_backbone(work / "models")
    prepare(work / "data", work / "cache", work / "models")
    corpus = Corpus(work / "cache")
    train_hints(corpus, work, 2)
    train_captioner(corpus, work, 40, batch=16)
    reward_captioner(corpus, work, 1, batch=16)
    build_captioner_model(corpus, work, work / "models")
    plot_losses(work / "loss.jsonl", work / "loss.png")
    _tells_two_drawn_photos_apart(next((work / "models" / "captioner").iterdir()))
    _left_losses_and_a_picture(work, ["hints", "hints", *["caption"] * 40, "reward"])


@pytest.mark.nightly
def test_the_trained_captioner_tells_two_drawn_photos_apart(folder: Path) -> None:
    _tells_two_drawn_photos_apart(folder)


@pytest.mark.nightly
def test_card_and_readme_repeat_the_figures_that_evaluate_wrote(work: Path, folder: Path) -> None:
    report = json.loads((work / "reports" / "flickr8k" / "report.json").read_text("utf-8"))
    english = report["figures"]["languages"]["en"]["sentence"]
    assert english["cider_d"] > english["cider_d_shuffled_photo"]
    figure = f"{english['cider_d']:.3f}"
    assert figure in (folder / "CARD.md").read_text("utf-8")
    readme = (work / "README.md").read_text("utf-8")
    assert figure in readme
    assert readme.startswith("before\n<!-- figures -->\n|")
    assert readme.endswith("|\n<!-- /figures -->\nafter\n")


@pytest.mark.nightly
def test_every_stage_leaves_its_losses_and_a_picture_of_them(work: Path) -> None:
    _left_losses_and_a_picture(work, ["hints", "hints", *["caption"] * 60, "reward"])


def _left_losses_and_a_picture(work: Path, stages: list[str]) -> None:
    assert [json.loads(line)["stage"] for line in (work / "loss.jsonl").read_text("utf-8").splitlines()] == stages
    with Image.open(work / "loss.png") as picture:
        assert picture.width > 1000


@pytest.mark.nightly
def test_training_again_resumes_and_changes_nothing(work: Path, folder: Path) -> None:
    before = open_model(folder).manifest["files"]
    _train(work)
    assert open_model(folder).manifest["files"] == before
