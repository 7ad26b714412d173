"""Every command of the pages on training runs, in the page's order, on drawn photos and tiny weights."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from emotigram.apps.cli.main import app
from emotigram.settings import Settings
from tests.checkpoints.blip2 import save_blip2
from tests.checkpoints.store import save_into_store
from tests.threads import one_thread
from tests.training.captioner_lora.drawn import draw_table
from tests.training.multimodal.exports import TORCHSCRIPT_IS_OLD
from tests.training.multimodal.small import WORDS, draw_set

__all__ = ["one_thread"]
DOCS = Path(__file__).parent.parent / "docs"
pytestmark = TORCHSCRIPT_IS_OLD
EVERY_LINE = pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.nightly)])
_FOR_THE_NIGHT = re.compile("accelerate |.* --dataset mvsa ")  # start processes, or train sixteen models


def _lines(page: str, every: bool) -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", (DOCS / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [
        line for block in blocks for line in block.splitlines() if line and (every or not _FOR_THE_NIGHT.match(line))
    ]


def _run(line: str, **more: str) -> None:
    words = shlex.split(line)
    own = dict(word.split("=", 1) for word in words if re.match(r"[A-Z_]+=", word))
    variables = {"EMOTIGRAM_DEVICE": "cpu", "OMP_NUM_THREADS": "1", **more, **own}
    if words[0] == "accelerate":
        launch = [sys.executable, "-m", "accelerate.commands.launch", "--num_processes=1", "--num_machines=1"]
        launch += ["--mixed_precision=no", "--dynamo_backend=no", "--cpu", *words[2:]]
        done = subprocess.run(launch, env=os.environ | variables, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip()
        return
    ran = CliRunner().invoke(app, words[len(own) + 1 :], env=variables)
    assert ran.exit_code == 0, (line, ran.output, ran.exception)
    assert ran.stdout.strip()


@pytest.mark.nightly
@EVERY_LINE
def test_a_sentiment_model_of_ones_own(every: bool, china: Path) -> None:
    shutil.copy(china, "photo.jpg")
    draw_set(_made("posts"))
    _draw_mvsa(_made("corpora") / "mvsa-train.parquet")
    for line in _lines("sentiment-training.md", every):
        # what is said of a run does not need more, nor of a comparison larger encoders
        quicker = {"sentiment": " --set epochs=1", "compare": " --set epochs=1 --set text_encoder=bag_of_words"}
        _run(line + next((more for name, more in quicker.items() if f" train {name} " in line), ""))
    if every:
        assert Path("results.md").read_text("utf-8").count("<!-- results:mvsa -->") == 1


@EVERY_LINE
def test_a_voice_of_ones_own(every: bool, china: Path, tmp_path: Path) -> None:
    shutil.copy(china, "photo.jpg")
    draw_table(Path("posts"))
    for path in Path("posts").iterdir():
        path.rename("tweets.csv" if path.name == "data.csv" else path.name)
    settings = Settings(weights_dir=tmp_path / "weights")
    save_into_store("blip2-opt-2.7b", save_blip2, settings)
    for line in _lines("captioner-lora.md", every):
        _run(line, EMOTIGRAM_WEIGHTS_DIR=str(settings.weights_dir))


def _made(name: str) -> Path:
    Path(name).mkdir()
    return Path(name)


def _draw_mvsa(path: Path) -> None:
    """Photos in the file, as in MVSA-Single's."""
    drawn = [photo.read_bytes() for photo in sorted(Path("posts").glob("*.png"))]
    photos = drawn + [None] * (7 * len(drawn))  # a row may lack its photo, and looking takes time
    moods = [list(WORDS)[at % 3] for at in range(len(photos))]
    texts = [" ".join(WORDS[mood][at % 2 :: 2]) + f" {at}" for at, mood in enumerate(moods)]
    names = [f"{at}.png" for at in range(len(photos))]
    pq.write_table(pa.table({"image": photos, "image_name": names, "text": texts, "sentiment": moods}), path)
